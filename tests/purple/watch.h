/*
 * Tells which messages libpurple has given to the kernel: what it drops from its own queue never gets there, without an error.
 *
 * The program's own send(2) comes before that of the C library, for libpurple's plugins, too. Each message stanza that was
 * written whole becomes an event: written {to, body}, with the body as it stands in the XML.
 */
#ifndef BALCONY_TEST_WATCH_H
#define BALCONY_TEST_WATCH_H

#include <glib.h>

/* From now on writes are told. */
void watch_writes(void);

#endif
