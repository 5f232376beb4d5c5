/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "net/valija-write-queue.h"
#include "support/valija-script-server.h"

#define PIECE 65536

static DexFuture *
push (ValijaWriteQueue *queue, char letter, gsize length)
{
  g_autofree char *text = g_strnfill (length, letter);
  g_autoptr(GBytes) bytes = g_bytes_new_take (g_steal_pointer (&text), length);

  return valija_write_queue_push (queue, bytes, letter == 's');
}

static void
assert_piece (ValijaWriteQueue *queue, gsize length, char first, char last)
{
  g_autoptr(GBytes) piece = valija_write_queue_pull (queue);
  const char *data;

  g_assert_nonnull (piece);
  g_assert_cmpuint (g_bytes_get_size (piece), ==, length);
  data = g_bytes_get_data (piece, NULL);
  g_assert_cmpint (data[0], ==, first);
  g_assert_cmpint (data[length - 1], ==, last);
}

static void
finish_piece (ValijaWriteQueue *queue)
{
  valija_write_queue_done (queue);
  valija_test_drain ();
}

/* Small ones leave together, and each future resolves when the last octet of its own is written. */
static void
test_pieces (void)
{
  g_autoptr(ValijaWriteQueue) queue = valija_write_queue_new ();
  g_autoptr(DexFuture) small = push (queue, 'a', 10);
  g_autoptr(DexFuture) secret = push (queue, 's', 20);
  g_autoptr(DexFuture) large = push (queue, 'b', PIECE + 1);
  g_autoptr(DexFuture) last = push (queue, 'c', PIECE);
  g_autoptr(DexFuture) all = valija_write_queue_flush (queue);
  g_autoptr(DexFuture) none = NULL;

  assert_piece (queue, 30, 'a', 's');
  g_assert_true (dex_future_is_pending (small));
  finish_piece (queue);
  g_assert_true (dex_future_is_resolved (small));
  g_assert_true (dex_future_is_resolved (secret));

  assert_piece (queue, PIECE, 'b', 'b');
  finish_piece (queue);
  g_assert_true (dex_future_is_pending (large));
  assert_piece (queue, 1, 'b', 'b');
  finish_piece (queue);
  g_assert_true (dex_future_is_resolved (large));

  g_assert_false (valija_write_queue_is_empty (queue));
  assert_piece (queue, PIECE, 'c', 'c');
  g_assert_true (valija_write_queue_is_empty (queue));
  g_assert_null (valija_write_queue_pull (queue));
  g_assert_true (dex_future_is_pending (all));
  finish_piece (queue);
  g_assert_true (dex_future_is_resolved (last));
  g_assert_true (dex_future_is_resolved (all));
  none = valija_write_queue_flush (queue);
  g_assert_true (dex_future_is_resolved (none));
}

/* Those of the piece under way as well as those that wait. */
static void
test_fail (void)
{
  g_autoptr(ValijaWriteQueue) queue = valija_write_queue_new ();
  g_autoptr(DexFuture) first = push (queue, 'a', 10);
  g_autoptr(GError) error = g_error_new_literal (VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED, "gone");
  g_autoptr(DexFuture) second = NULL;

  assert_piece (queue, 10, 'a', 'a');
  second = push (queue, 'b', 10);
  valija_write_queue_fail (queue, error);
  valija_test_drain ();
  g_assert_true (dex_future_is_rejected (first));
  g_assert_true (dex_future_is_rejected (second));
  g_assert_null (valija_write_queue_pull (queue));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/net/write-queue/pieces", test_pieces);
  g_test_add_func ("/net/write-queue/fail", test_fail);

  return g_test_run ();
}
