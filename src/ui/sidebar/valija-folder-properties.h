/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* What there is to know of a folder, and what is fetched of it. Signals: "rename", "remove": the user wants to; the
 * dialog has closed. */
#define VALIJA_TYPE_FOLDER_PROPERTIES (valija_folder_properties_get_type ())
G_DECLARE_FINAL_TYPE (ValijaFolderProperties, valija_folder_properties, VALIJA, FOLDER_PROPERTIES, AdwDialog)

/* Holds both, and follows @folder. (transfer floating) */
AdwDialog *valija_folder_properties_new (ValijaEngine *engine, ValijaFolder *folder) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
