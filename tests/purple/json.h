/*
 * The little JSON that the driver's lines need: one flat object a line in, one object a line out.
 *
 * In: strings, numbers, true, false and null are kept as strings by key; nested values are checked for form and skipped.
 * Out: a GString that is begun, given members and sent with its newline in one write.
 */
#ifndef BALCONY_TEST_JSON_H
#define BALCONY_TEST_JSON_H

#include <glib.h>

/* Reads one line. Returns key -> value (both char *), or NULL where the line is not a JSON object. */
GHashTable *json_parse_object(const char *line);

/* Begins {"event":NAME */
GString *json_event(const char *name);
/* Adds ,"key":"value" with everything escaped that JSON or a line cannot hold; a NULL value becomes null. */
void json_string(GString *out, const char *key, const char *value);
/* Adds ,"key":value, where value is JSON already. */
void json_raw(GString *out, const char *key, const char *value);
/* Appends "value" alone. */
void json_quote(GString *out, const char *value);
/* Ends the object, writes it to stdout as one line and frees it. */
void json_send(GString *out);

#endif
