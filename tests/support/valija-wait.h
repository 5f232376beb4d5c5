/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* After this a test has failed, however slow the machine: what is waited for happens at once, or never. */
#define VALIJA_WAIT_SECONDS 60
/* What another process does wakes nobody here. */
#define VALIJA_WAIT_TICK_MILLISECONDS 20

static inline gboolean
valija_wait_late_cb (gpointer condition)
{
  g_error ("This did not happen in time: %s", (const char *) condition);

  return G_SOURCE_REMOVE;
}

static inline gboolean
valija_wait_tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @condition, an expression, holds; a test in which it never does ends, and says which it
 * was. */
#define valija_wait_until(condition) \
  G_STMT_START { \
    guint late_ = g_timeout_add_seconds (VALIJA_WAIT_SECONDS, valija_wait_late_cb, (gpointer) #condition); \
    guint tick_ = g_timeout_add (VALIJA_WAIT_TICK_MILLISECONDS, valija_wait_tick_cb, NULL); \
    while (!(condition)) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (tick_); \
    g_source_remove (late_); \
  } G_STMT_END

G_END_DECLS
