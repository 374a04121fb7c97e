/*
 * What the benchmarks ask of the libpurple driver: messages are sent, answered and counted inside of it, so that no JSON line is
 * on the way that is measured.
 *
 *   bench-echo {on}              answers every message with its own text
 *   bench-rtt {to, count, body}  sends, waits for the answer, sends again; says bench-rtt {first, p50, p99} in microseconds
 *   bench-burst {to, count, body} says bench-started, then sends that many
 *   bench-count {count}          says bench-received when so many have come
 *
 * Meanwhile the messages themselves are not reported.
 */
#ifndef BALCONY_TEST_BENCH_H
#define BALCONY_TEST_BENCH_H

#include <glib.h>

/* How a message is sent. */
typedef void (*BenchSend)(const char *to, const char *body);

/* Obeys a command if it is one of the benchmarks'. */
gboolean bench_obey(const char *name, GHashTable *command, BenchSend send);
/* A message is there as text. TRUE if the benchmark wants it and it is not to be reported. */
gboolean bench_received(const char *from, const char *text);

#endif
