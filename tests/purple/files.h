/*
 * Files through libpurple's public API.
 *
 * Commands: send-file {to, path}, accept-file {transfer, path} (path is the file that it is to be), decline-file {transfer},
 * cancel-file {transfer}. Events: file-offered {transfer, from, name, size}, file-state {transfer, peer, ref, state}, file-done {transfer,
 * path, bytes}, file-failed {transfer, reason}, where the reason is which side ended it: "local" or "remote".
 */
#ifndef BALCONY_TEST_FILES_H
#define BALCONY_TEST_FILES_H

#include <glib.h>
#include <purple.h>

/* After libpurple has started. */
void files_start(PurpleAccount *account);
/* FALSE if it is no command of these, or one that cannot be used. */
gboolean files_obey(const char *name, GHashTable *command);

#endif
