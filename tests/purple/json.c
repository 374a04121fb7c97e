/* See json.h. */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 16 };

static const char *skip_space(const char *at)
{
	while (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')
		at++;
	return at;
}

/* Four hex digits, or -1. */
static int hex4(const char *at)
{
	int value = 0;
	for (int i = 0; i < 4; i++) {
		int digit = g_ascii_xdigit_value(at[i]);
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* After the opening quote. Appends to `text`; returns the place after the closing quote, or NULL. */
static const char *read_string(const char *at, GString *text)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	while (*at != '"') {
		if (*at == '\0')
			return NULL;
		if (*at != '\\') {
			const char *run = at + strcspn(at, "\"\\");
			g_string_append_len(text, at, run - at);
			at = run;
			continue;
		}
		at++;
		if (*at == 'u') {
			int high = hex4(at + 1);
			if (high < 0)
				return NULL;
			at += 5;
			gunichar c = (gunichar)high;
			if (high >= 0xd800 && high < 0xdc00 && at[0] == '\\' && at[1] == 'u') {
				int low = hex4(at + 2);
				if (low >= 0xdc00 && low < 0xe000) {
					c = 0x10000 + (((gunichar)high - 0xd800) << 10) + ((gunichar)low - 0xdc00);
					at += 6;
				}
			}
			/* A C string ends at NUL, and half a surrogate pair is no character. */
			if (c != 0 && g_unichar_validate(c))
				g_string_append_unichar(text, c);
			continue;
		}
		const char *which = *at ? strchr(from, *at) : NULL;
		if (which == NULL)
			return NULL;
		g_string_append_c(text, to[which - from]);
		at++;
	}
	return at + 1;
}

/* A number or a word: what stands up to the next delimiter. */
static const char *read_plain(const char *at, GString *text)
{
	size_t length = strcspn(at, ",:]} \t\r\n\"[{");
	if (length == 0)
		return NULL;
	g_string_append_len(text, at, (gssize)length);
	return at + length;
}

/* Any value; `text` gets it where it is not nested. Returns the place after it, or NULL. */
static const char *read_value(const char *at, GString *text, int depth)
{
	at = skip_space(at);
	if (*at == '"')
		return read_string(at + 1, text);
	if (*at != '{' && *at != '[')
		return read_plain(at, text);
	if (depth >= DEEPEST)
		return NULL;
	gboolean object = *at == '{';
	char closing = object ? '}' : ']';
	GString *ignored = g_string_new(NULL);
	at = skip_space(at + 1);
	while (at != NULL && *at != closing) {
		if (object) {
			at = *at == '"' ? read_string(at + 1, ignored) : NULL;
			at = at != NULL ? skip_space(at) : NULL;
			at = at != NULL && *at == ':' ? at + 1 : NULL;
		}
		at = at != NULL ? read_value(at, ignored, depth + 1) : NULL;
		at = at != NULL ? skip_space(at) : NULL;
		if (at != NULL && *at == ',')
			at = skip_space(at + 1);
		else if (at != NULL && *at != closing)
			at = NULL;
	}
	g_string_free(ignored, TRUE);
	return at != NULL ? at + 1 : NULL;
}

GHashTable *json_parse_object(const char *line)
{
	const char *at = skip_space(line);
	if (*at != '{')
		return NULL;
	GHashTable *members = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	at = skip_space(at + 1);
	while (at != NULL && *at != '}') {
		GString *key = g_string_new(NULL), *value = g_string_new(NULL);
		at = *at == '"' ? read_string(at + 1, key) : NULL;
		at = at != NULL ? skip_space(at) : NULL;
		at = at != NULL && *at == ':' ? read_value(at + 1, value, 0) : NULL;
		at = at != NULL ? skip_space(at) : NULL;
		g_hash_table_replace(members, g_string_free(key, FALSE), g_string_free(value, FALSE));
		if (at != NULL && *at == ',')
			at = skip_space(at + 1);
		else if (at != NULL && *at != '}')
			at = NULL;
	}
	if (at == NULL) {
		g_hash_table_destroy(members);
		return NULL;
	}
	return members;
}

void json_quote(GString *out, const char *value)
{
	char *valid = g_utf8_make_valid(value, -1);
	g_string_append_c(out, '"');
	for (const char *at = valid; *at != '\0'; at++) {
		unsigned char c = (unsigned char)*at;
		if (c == '"' || c == '\\')
			g_string_append_c(out, '\\');
		if (c < 0x20)
			g_string_append_printf(out, "\\u%04x", c);
		else
			g_string_append_c(out, (char)c);
	}
	g_string_append_c(out, '"');
	g_free(valid);
}

GString *json_event(const char *name)
{
	GString *out = g_string_new("{\"event\":");
	json_quote(out, name);
	return out;
}

void json_raw(GString *out, const char *key, const char *value)
{
	g_string_append_c(out, ',');
	json_quote(out, key);
	g_string_append_c(out, ':');
	g_string_append(out, value);
}

void json_string(GString *out, const char *key, const char *value)
{
	json_raw(out, key, value != NULL ? "" : "null");
	if (value != NULL)
		json_quote(out, value);
}

void json_send(GString *out)
{
	g_string_append(out, "}\n");
	fwrite(out->str, 1, out->len, stdout);
	fflush(stdout);
	g_string_free(out, TRUE);
}
