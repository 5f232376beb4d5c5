/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "model/valija-folder.h"

G_BEGIN_DECLS

/* Asks for the folder to move or copy messages to. Signal "chosen" (GPtrArray of ValijaMessage, those that were asked
 * about; ValijaFolder). */
#define VALIJA_TYPE_FOLDER_DIALOG (valija_folder_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ValijaFolderDialog, valija_folder_dialog, VALIJA, FOLDER_DIALOG, AdwDialog)

/* @title: what is done; @messages: of ValijaMessage; @folders: of GListModel of ValijaFolder, one for each account;
 * @here (nullable) is where the messages are and is left out */
AdwDialog *valija_folder_dialog_new (const char   *title,
                                     GPtrArray    *messages,
                                     GListModel   *folders,
                                     ValijaFolder *here) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
