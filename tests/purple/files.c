/*
 * Files through libpurple's public API, as Pidgin's dialogs use it. See files.h.
 */
#include <string.h>

#include <purple.h>

#include "files.h"
#include "json.h"

static PurpleAccount *account;
/* "x1" -> PurpleXfer with a reference of ours. */
static GHashTable *xfers;
static unsigned long next_number = 1;

static const char *id_of(PurpleXfer *xfer)
{
	GHashTableIter each;
	gpointer id, known;
	g_hash_table_iter_init(&each, xfers);
	while (g_hash_table_iter_next(&each, &id, &known))
		if (known == xfer)
			return id;
	return NULL;
}

static const char *remember(PurpleXfer *xfer)
{
	char *id = g_strdup_printf("x%lu", next_number++);
	purple_xfer_ref(xfer);
	g_hash_table_insert(xfers, id, xfer);
	return id;
}

static void add_size(GString *event, const char *key, size_t size)
{
	char number[32];
	g_snprintf(number, sizeof number, "%" G_GSIZE_FORMAT, size);
	json_raw(event, key, number);
}

static void offered(PurpleXfer *xfer, gpointer context)
{
	(void)context;
	GString *event = json_event("file-offered");
	json_string(event, "transfer", remember(xfer));
	json_string(event, "from", purple_xfer_get_remote_user(xfer));
	json_string(event, "name", purple_xfer_get_filename(xfer));
	add_size(event, "size", purple_xfer_get_size(xfer));
	json_send(event);
}

static void complete(PurpleXfer *xfer, gpointer context)
{
	(void)context;
	GString *event = json_event("file-done");
	json_string(event, "transfer", id_of(xfer));
	json_string(event, "path", purple_xfer_get_local_filename(xfer));
	add_size(event, "bytes", purple_xfer_get_bytes_sent(xfer));
	json_send(event);
}

static void cancelled(PurpleXfer *xfer, gpointer context)
{
	(void)context;
	GString *event = json_event("file-failed");
	json_string(event, "transfer", id_of(xfer));
	json_string(event, "reason", purple_xfer_get_status(xfer) == PURPLE_XFER_STATUS_CANCEL_REMOTE ? "remote" : "local");
	json_send(event);
}

static PurpleXfer *named(GHashTable *command)
{
	const char *id = g_hash_table_lookup(command, "transfer");
	return id != NULL ? g_hash_table_lookup(xfers, id) : NULL;
}

static gboolean send_file(GHashTable *command)
{
	const char *to = g_hash_table_lookup(command, "to"), *path = g_hash_table_lookup(command, "path");
	if (to == NULL || path == NULL)
		return FALSE;
	GList *before = g_list_copy(purple_xfers_get_all());
	serv_send_file(purple_account_get_connection(account), to, path);
	for (GList *now = purple_xfers_get_all(); now != NULL; now = now->next) {
		if (g_list_find(before, now->data) != NULL)
			continue;
		GString *event = json_event("file-state");
		json_string(event, "transfer", remember(now->data));
		json_string(event, "peer", to);
		json_string(event, "ref", g_hash_table_lookup(command, "ref"));
		json_string(event, "state", "offered");
		json_send(event);
	}
	g_list_free(before);
	return TRUE;
}

gboolean files_obey(const char *name, GHashTable *command)
{
	if (g_str_equal(name, "send-file"))
		return send_file(command);
	PurpleXfer *xfer = named(command);
	if (xfer == NULL)
		return FALSE;
	const char *path = g_hash_table_lookup(command, "path");
	if (g_str_equal(name, "accept-file") && path != NULL)
		purple_xfer_request_accepted(xfer, path);
	else if (g_str_equal(name, "decline-file"))
		purple_xfer_request_denied(xfer);
	else if (g_str_equal(name, "cancel-file"))
		purple_xfer_cancel_local(xfer);
	else
		return FALSE;
	return TRUE;
}

void files_start(PurpleAccount *of)
{
	static int handle;
	account = of;
	xfers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	void *source = purple_xfers_get_handle();
	purple_signal_connect(source, "file-recv-request", &handle, PURPLE_CALLBACK(offered), NULL);
	purple_signal_connect(source, "file-recv-complete", &handle, PURPLE_CALLBACK(complete), NULL);
	purple_signal_connect(source, "file-send-complete", &handle, PURPLE_CALLBACK(complete), NULL);
	purple_signal_connect(source, "file-recv-cancel", &handle, PURPLE_CALLBACK(cancelled), NULL);
	purple_signal_connect(source, "file-send-cancel", &handle, PURPLE_CALLBACK(cancelled), NULL);
}
