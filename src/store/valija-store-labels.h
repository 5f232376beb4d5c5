/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sqlite3.h>

/* Gives SQL what it cannot do with labels, which are columns of one name a line, NULL for none:
 *   change_labels (labels, add, remove)         what becomes of @labels
 *   has_label (labels, folded, beginning)       whether one is meant, as of valija_label_is_meant() */
int valija_store_labels_register (sqlite3 *handle);
