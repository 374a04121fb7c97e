/*
 * A libpurple client without a window: the Bonjour protocol of Pidgin and Finch, driven by the JSON lines of `balcony headless`.
 *
 * The tests and the benchmarks drive Balcony and libpurple by the same lines, so that what is said of one is said of the other.
 * Everything goes through libpurple's public API, as in Pidgin; what Pidgin would show its user is what comes out as an event.
 *
 *   driver --data DIR --name USER [--nick NICK] [--port N] [--tell writes]
 *
 * Commands: send, status, avatar, close, snapshot, quit, and those of bench.h and files.h. Events: starting, ready, peer-online, peer-changed, peer-offline,
 * message-received (`body` as plain text, `html` as libpurple gave it), message-state (sent, failed), snapshot, error,
 * that of watch.h and those of files.h.
 * libpurple has three presences on the wire; `away` here is its idle state (status=away), `dnd` its Away (status=dnd).
 * Set PURPLE_DEBUG for libpurple's own log on stderr.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>
#include <glib-unix.h>
#include <purple.h>

#include "bench.h"
#include "files.h"
#include "json.h"
#include "watch.h"

static GMainLoop *main_loop;
static PurpleAccount *account;
static const char *data_folder;
/* Instance name -> the peer as last reported (JSON). Who is in here is online. */
static GHashTable *reported;
/* The error line that libpurple wrote while it was given a message to send, if any. */
static char *send_error;
static unsigned long next_id = 1;

/* ---- libpurple's event loop on GLib's ---- */

typedef struct {
	PurpleInputFunction call;
	gpointer context;
} Watch;

static gboolean watch_ready(gint fd, GIOCondition condition, gpointer context)
{
	Watch *watch = context;
	int purple = 0;
	if (condition & (G_IO_IN | G_IO_HUP | G_IO_ERR))
		purple |= PURPLE_INPUT_READ;
	if (condition & (G_IO_OUT | G_IO_HUP | G_IO_ERR | G_IO_NVAL))
		purple |= PURPLE_INPUT_WRITE;
	watch->call(watch->context, fd, (PurpleInputCondition)purple);
	return G_SOURCE_CONTINUE;
}

static guint watch_fd(int fd, PurpleInputCondition condition, PurpleInputFunction call, gpointer context)
{
	Watch *watch = g_new0(Watch, 1);
	watch->call = call;
	watch->context = context;
	int glib = G_IO_HUP | G_IO_ERR | G_IO_NVAL;
	if (condition & PURPLE_INPUT_READ)
		glib |= G_IO_IN;
	if (condition & PURPLE_INPUT_WRITE)
		glib |= G_IO_OUT;
	return g_unix_fd_add_full(G_PRIORITY_DEFAULT, fd, (GIOCondition)glib, watch_ready, watch, g_free);
}

static PurpleEventLoopUiOps loop_ops = {
	.timeout_add = g_timeout_add,
	.timeout_remove = g_source_remove,
	.input_add = watch_fd,
	.input_remove = g_source_remove,
	.timeout_add_seconds = g_timeout_add_seconds,
};

/* ---- peers ---- */

/* Saves the picture under its SHA-1 and returns {"sha1":..,"path":..} or "null". */
static char *avatar_json(PurpleBuddy *buddy)
{
	PurpleBuddyIcon *icon = purple_buddy_get_icon(buddy);
	size_t length = 0;
	gconstpointer bytes = icon != NULL ? purple_buddy_icon_get_data(icon, &length) : NULL;
	if (bytes == NULL || length == 0)
		return g_strdup("null");
	char *sha1 = g_compute_checksum_for_data(G_CHECKSUM_SHA1, bytes, length);
	char *path = g_strdup_printf("%s/avatar-%s", data_folder, sha1);
	g_file_set_contents(path, bytes, (gssize)length, NULL);
	GString *out = g_string_new("{\"sha1\":");
	json_quote(out, sha1);
	json_string(out, "path", path);
	g_string_append_c(out, '}');
	g_free(sha1);
	g_free(path);
	return g_string_free(out, FALSE);
}

static char *peer_json(PurpleBuddy *buddy)
{
	PurpleStatus *status = purple_presence_get_active_status(purple_buddy_get_presence(buddy));
	const char *id = purple_status_get_id(status);
	GString *out = g_string_new("{\"jid\":");
	json_quote(out, purple_buddy_get_name(buddy));
	json_string(out, "nick", purple_buddy_get_alias(buddy));
	json_string(out, "show", g_str_equal(id, "away") ? "dnd" : "available");
	json_string(out, "message", purple_status_get_attr_string(status, "message"));
	char *avatar = avatar_json(buddy);
	json_raw(out, "avatar", avatar);
	g_free(avatar);
	json_string(out, "trust", "plaintext");
	g_string_append_c(out, '}');
	return g_string_free(out, FALSE);
}

static void report_gone(const char *name)
{
	if (!g_hash_table_contains(reported, name))
		return;
	GString *event = json_event("peer-offline");
	json_string(event, "jid", name);
	json_send(event);
	g_hash_table_remove(reported, name);
}

static void report_peer(PurpleBuddy *buddy)
{
	const char *name = purple_buddy_get_name(buddy);
	const char *known = g_hash_table_lookup(reported, name);
	if (!PURPLE_BUDDY_IS_ONLINE(buddy)) {
		report_gone(name);
		return;
	}
	char *now = peer_json(buddy);
	if (known != NULL && g_str_equal(known, now)) {
		g_free(now);
		return;
	}
	GString *event = json_event(known == NULL ? "peer-online" : "peer-changed");
	json_raw(event, "peer", now);
	json_send(event);
	g_hash_table_replace(reported, g_strdup(name), now);
}

static void node_updated(PurpleBuddyList *list, PurpleBlistNode *node)
{
	(void)list;
	if (node != NULL && PURPLE_BLIST_NODE_IS_BUDDY(node))
		report_peer((PurpleBuddy *)node);
}

/* Whoever is not kept in the saved list leaves it at sign-off, without an update before. */
static void node_removed(PurpleBuddyList *list, PurpleBlistNode *node)
{
	(void)list;
	if (node != NULL && PURPLE_BLIST_NODE_IS_BUDDY(node))
		report_gone(purple_buddy_get_name((PurpleBuddy *)node));
}

static PurpleBlistUiOps blist_ops = { .update = node_updated, .remove = node_removed };

static void snapshot(void)
{
	GString *peers = g_string_new("[");
	GHashTableIter each;
	gpointer peer;
	g_hash_table_iter_init(&each, reported);
	while (g_hash_table_iter_next(&each, NULL, &peer))
		g_string_append_printf(peers, "%s%s", peers->len > 1 ? "," : "", (char *)peer);
	g_string_append_c(peers, ']');
	GString *event = json_event("snapshot");
	json_raw(event, "peers", peers->str);
	json_send(event);
	g_string_free(peers, TRUE);
}

/* ---- conversations ---- */

static void line_written(PurpleConversation *conversation, const char *name, const char *alias, const char *html,
                         PurpleMessageFlags flags, time_t when)
{
	(void)alias;
	char *text = purple_markup_strip_html(html);
	if (flags & PURPLE_MESSAGE_RECV) {
		const char *from = name != NULL ? name : purple_conversation_get_name(conversation);
		if (bench_received(from, text)) {
			g_free(text);
			return;
		}
		char id[32], stamp[32];
		g_snprintf(id, sizeof id, "p%lu", next_id++);
		strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", gmtime(&when));
		GString *event = json_event("message-received");
		json_string(event, "id", id);
		json_string(event, "from", from);
		json_string(event, "body", text);
		json_string(event, "html", html);
		json_string(event, "time", stamp);
		json_raw(event, "encrypted", "false");
		json_send(event);
	} else if (flags & (PURPLE_MESSAGE_ERROR | PURPLE_MESSAGE_SYSTEM)) {
		GString *event = json_event("error");
		json_string(event, "to", purple_conversation_get_name(conversation));
		json_string(event, "message", text);
		json_send(event);
		g_free(send_error);
		send_error = g_strdup(text);
	}
	g_free(text);
}

static PurpleConversationUiOps conversation_ops = { .write_conv = line_written };

static void say_error(GHashTable *command, const char *text)
{
	GString *event = json_event("error");
	json_string(event, "ref", command != NULL ? g_hash_table_lookup(command, "ref") : NULL);
	json_string(event, "message", text);
	json_send(event);
}

/* As Pidgin does it: what was typed becomes HTML, and goes to the conversation with that name. */
static void send_text(const char *to, const char *body)
{
	PurpleConversation *conversation = purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, to, account);
	if (conversation == NULL)
		conversation = purple_conversation_new(PURPLE_CONV_TYPE_IM, account, to);
	char *escaped = g_markup_escape_text(body, -1);
	char **lines = g_strsplit(escaped, "\n", -1);
	char *html = g_strjoinv("<br>", lines);
	purple_conv_im_send(PURPLE_CONV_IM(conversation), html);
	g_free(html);
	g_strfreev(lines);
	g_free(escaped);
}

static void send_message(GHashTable *command)
{
	const char *to = g_hash_table_lookup(command, "to"), *body = g_hash_table_lookup(command, "body");
	if (to == NULL || body == NULL) {
		say_error(command, "send needs \"to\" and \"body\"");
		return;
	}
	g_clear_pointer(&send_error, g_free);
	send_text(to, body);
	char id[32];
	g_snprintf(id, sizeof id, "p%lu", next_id++);
	GString *event = json_event("message-state");
	json_string(event, "id", id);
	json_string(event, "ref", g_hash_table_lookup(command, "ref"));
	json_string(event, "to", to);
	json_string(event, "state", send_error == NULL ? "sent" : "failed");
	if (send_error != NULL)
		json_string(event, "reason", send_error);
	json_send(event);
	g_clear_pointer(&send_error, g_free);
}

static void close_conversation(GHashTable *command)
{
	const char *to = g_hash_table_lookup(command, "to");
	PurpleConversation *conversation =
	    to != NULL ? purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, to, account) : NULL;
	if (conversation != NULL)
		purple_conversation_destroy(conversation);
}

/* ---- ourselves ---- */

static void set_status(GHashTable *command)
{
	const char *show = g_hash_table_lookup(command, "show"), *message = g_hash_table_lookup(command, "message");
	gboolean dnd = show != NULL && g_str_equal(show, "dnd"), idle = show != NULL && g_str_equal(show, "away");
	purple_presence_set_idle(purple_account_get_presence(account), idle, idle ? time(NULL) : 0);
	/* Status messages are HTML, like everything that libpurple is given to show. */
	char *html = g_markup_escape_text(message != NULL ? message : "", -1);
	purple_account_set_status(account, dnd ? "away" : "available", TRUE, "message", html, NULL);
	g_free(html);
}

static void set_avatar(GHashTable *command)
{
	const char *path = g_hash_table_lookup(command, "path");
	char *bytes = NULL;
	gsize length = 0;
	if (path == NULL || !g_file_get_contents(path, &bytes, &length, NULL)) {
		say_error(command, "no such picture");
		return;
	}
	/* libpurple frees the bytes with g_free. */
	purple_buddy_icons_set_account_icon(account, (guchar *)bytes, length);
}

static int listening_port(void)
{
	for (int fd = 3; fd < 256; fd++) {
		int listening = 0;
		socklen_t length = sizeof listening;
		struct sockaddr_storage address;
		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0 || !listening)
			continue;
		length = sizeof address;
		if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
			continue;
		if (address.ss_family == AF_INET6)
			return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
		if (address.ss_family == AF_INET)
			return ntohs(((struct sockaddr_in *)&address)->sin_port);
	}
	return 0;
}

static void signed_on(PurpleConnection *connection, gpointer context)
{
	(void)connection, (void)context;
	char port[16];
	g_snprintf(port, sizeof port, "%d", listening_port());
	GString *event = json_event("ready");
	json_string(event, "jid", purple_account_get_username(account));
	json_string(event, "fingerprint", NULL);
	json_raw(event, "port", port);
	json_send(event);
}

static void connection_error(PurpleConnection *connection, PurpleConnectionError reason, const char *text, gpointer context)
{
	(void)connection, (void)reason, (void)context;
	say_error(NULL, text);
}

/* ---- lines in ---- */

static void obey(const char *line)
{
	GHashTable *command = json_parse_object(line);
	const char *name = command != NULL ? g_hash_table_lookup(command, "command") : NULL;
	if (name == NULL)
		say_error(command, "not a command");
	else if (g_str_equal(name, "send"))
		send_message(command);
	else if (g_str_equal(name, "status"))
		set_status(command);
	else if (g_str_equal(name, "avatar"))
		set_avatar(command);
	else if (g_str_equal(name, "close"))
		close_conversation(command);
	else if (g_str_equal(name, "snapshot"))
		snapshot();
	else if (g_str_equal(name, "quit"))
		g_main_loop_quit(main_loop);
	else if (!bench_obey(name, command, send_text) && !files_obey(name, command))
		say_error(command, "unknown command");
	if (command != NULL)
		g_hash_table_destroy(command);
}

static gboolean input_ready(gint fd, GIOCondition condition, gpointer context)
{
	static GString *pending;
	(void)condition, (void)context;
	if (pending == NULL)
		pending = g_string_new(NULL);
	char chunk[65536];
	ssize_t length = read(fd, chunk, sizeof chunk);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (length <= 0) {
		g_main_loop_quit(main_loop);
		return G_SOURCE_REMOVE;
	}
	g_string_append_len(pending, chunk, length);
	char *newline;
	while ((newline = memchr(pending->str, '\n', pending->len)) != NULL) {
		*newline = '\0';
		if (newline > pending->str)
			obey(pending->str);
		g_string_erase(pending, 0, newline - pending->str + 1);
	}
	return G_SOURCE_CONTINUE;
}

static void start_purple(void)
{
	purple_util_set_user_dir(data_folder);
	purple_debug_set_enabled(g_getenv("PURPLE_DEBUG") != NULL);
	purple_eventloop_set_ui_ops(&loop_ops);
	purple_conversations_set_ui_ops(&conversation_ops);
	purple_blist_set_ui_ops(&blist_ops);
	if (!purple_core_init("balcony-test-driver")) {
		fprintf(stderr, "libpurple did not start\n");
		exit(2);
	}
	purple_set_blist(purple_blist_new());
	purple_prefs_set_bool("/purple/logging/log_ims", FALSE);
	/* The tests decide when it is idle. */
	purple_prefs_set_string("/purple/away/idle_reporting", "none");
}

static void create_account(const char *user, const char *nick, int port)
{
	char host[256] = "";
	gethostname(host, sizeof host - 1);
	char *username = g_strdup_printf("%s@%s", user, host);
	account = purple_account_new(username, "prpl-bonjour");
	g_free(username);
	purple_account_set_string(account, "first", nick != NULL ? nick : user);
	purple_account_set_string(account, "last", "");
	purple_account_set_int(account, "port", port);
	purple_accounts_add(account);
	static int handle;
	purple_signal_connect(purple_connections_get_handle(), "signed-on", &handle, PURPLE_CALLBACK(signed_on), NULL);
	purple_signal_connect(purple_connections_get_handle(), "connection-error", &handle,
	                      PURPLE_CALLBACK(connection_error), NULL);
	files_start(account);
	purple_account_set_status(account, "available", TRUE, NULL);
	purple_account_set_enabled(account, "balcony-test-driver", TRUE);
}

int main(int argc, char **argv)
{
	const char *user = NULL, *nick = NULL;
	int port = 5298;
	for (int i = 1; i + 1 < argc; i += 2) {
		if (g_str_equal(argv[i], "--data"))
			data_folder = argv[i + 1];
		else if (g_str_equal(argv[i], "--name"))
			user = argv[i + 1];
		else if (g_str_equal(argv[i], "--nick"))
			nick = argv[i + 1];
		else if (g_str_equal(argv[i], "--port"))
			port = atoi(argv[i + 1]);
		else if (g_str_equal(argv[i], "--tell") && g_str_equal(argv[i + 1], "writes"))
			watch_writes();
	}
	if (data_folder == NULL || user == NULL) {
		fprintf(stderr, "usage: driver --data DIR --name USER [--nick NICK] [--port N]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	reported = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	main_loop = g_main_loop_new(NULL, FALSE);
	start_purple();
	/* What was before this is the loading of a program, not the sign-on. */
	json_send(json_event("starting"));
	create_account(user, nick, port);
	g_unix_set_fd_nonblocking(STDIN_FILENO, TRUE, NULL);
	g_unix_fd_add(STDIN_FILENO, (GIOCondition)(G_IO_IN | G_IO_HUP), input_ready, NULL);
	g_main_loop_run(main_loop);
	/* Signs off, which sends the goodbye; the daemon answers before this returns. */
	purple_core_quit();
	return 0;
}
