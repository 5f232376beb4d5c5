/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* A message file, or a message inside a message, in a window of its own. */
#define VALIJA_TYPE_MESSAGE_WINDOW (valija_message_window_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMessageWindow, valija_message_window, VALIJA, MESSAGE_WINDOW, AdwApplicationWindow)

/* @source is RFC 5322 octets, held as long as they are shown. The window belongs to @application. */
GtkWidget *valija_message_window_new (GtkApplication *application, ValijaEngine *engine, GBytes *source)
  G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
