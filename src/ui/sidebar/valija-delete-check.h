/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Whether what is only on this computer goes with an account that is removed. */
#define VALIJA_TYPE_DELETE_CHECK (valija_delete_check_get_type ())
G_DECLARE_FINAL_TYPE (ValijaDeleteCheck, valija_delete_check, VALIJA, DELETE_CHECK, GtkCheckButton)

/* Names all that is there: @n_local messages, and @n_unsent in the outbox; not none of both. (transfer floating) */
GtkWidget *valija_delete_check_new (guint n_local,
                                    guint n_unsent) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
