/* See bench.h. */
#include "bench.h"

#include <stdlib.h>

#include "json.h"

static BenchSend send_text;
static gboolean echoes;
/* bench-rtt */
static char *rtt_to, *rtt_body;
static gint64 rtt_sent;
static GArray *rtt_times;
static guint rtt_count;
/* bench-count */
static guint still_to_come;

static guint number(GHashTable *command, const char *key)
{
	const char *text = g_hash_table_lookup(command, key);
	return text != NULL ? (guint)strtoul(text, NULL, 10) : 0;
}

static void ask(void)
{
	rtt_sent = g_get_monotonic_time();
	send_text(rtt_to, rtt_body);
}

static int by_size(gconstpointer one, gconstpointer other)
{
	gint64 a = *(const gint64 *)one, b = *(const gint64 *)other;
	return a < b ? -1 : a > b;
}

static void say_times(void)
{
	char text[32];
	gint64 first = g_array_index(rtt_times, gint64, 0);
	g_array_sort(rtt_times, by_size);
	GString *event = json_event("bench-rtt");
	g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, first);
	json_raw(event, "first", text);
	g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, g_array_index(rtt_times, gint64, rtt_times->len / 2));
	json_raw(event, "p50", text);
	g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, g_array_index(rtt_times, gint64, rtt_times->len * 99 / 100));
	json_raw(event, "p99", text);
	json_send(event);
}

static void answered(void)
{
	gint64 took = g_get_monotonic_time() - rtt_sent;
	g_array_append_val(rtt_times, took);
	if (rtt_times->len < rtt_count) {
		ask();
		return;
	}
	g_clear_pointer(&rtt_to, g_free);
	g_clear_pointer(&rtt_body, g_free);
	say_times();
	g_clear_pointer(&rtt_times, g_array_unref);
}

static void burst(const char *to, guint count, const char *body)
{
	json_send(json_event("bench-started"));
	for (guint i = 0; i < count; i++)
		send_text(to, body);
}

gboolean bench_obey(const char *name, GHashTable *command, BenchSend send)
{
	const char *to = g_hash_table_lookup(command, "to"), *body = g_hash_table_lookup(command, "body");
	send_text = send;
	if (g_str_equal(name, "bench-echo")) {
		const char *on = g_hash_table_lookup(command, "on");
		echoes = on != NULL && g_str_equal(on, "true");
	} else if (g_str_equal(name, "bench-count")) {
		still_to_come = number(command, "count");
	} else if (g_str_equal(name, "bench-burst") && to != NULL && body != NULL) {
		burst(to, number(command, "count"), body);
	} else if (g_str_equal(name, "bench-rtt") && to != NULL && body != NULL) {
		rtt_to = g_strdup(to);
		rtt_body = g_strdup(body);
		rtt_count = number(command, "count");
		rtt_times = g_array_new(FALSE, FALSE, sizeof(gint64));
		ask();
	} else {
		return FALSE;
	}
	return TRUE;
}

gboolean bench_received(const char *from, const char *text)
{
	if (echoes) {
		send_text(from, text);
		return TRUE;
	}
	if (rtt_to != NULL && g_str_equal(from, rtt_to)) {
		answered();
		return TRUE;
	}
	if (still_to_come > 0) {
		if (--still_to_come == 0)
			json_send(json_event("bench-received"));
		return TRUE;
	}
	return FALSE;
}
