/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A file system for SQLite whose n-th write fails, on top of the real one. */

typedef enum
{
  FAULT_FULL_ONCE,          /* no room, this time */
  FAULT_FULL,               /* no room from here on */
  FAULT_IO_ONCE,            /* the disk fails, this time */
  FAULT_READ_ONLY,          /* the disk takes nothing from here on, as one that is mounted anew after an error */
} Fault;

void     fault_vfs_install (void);                   /* becomes the default */
/* the @n-th write, truncation or flush from now, counted from 1; 0: none */
void fault_vfs_arm (Fault fault,
                    guint n);
gboolean fault_vfs_hit     (void);                   /* whether it has happened since */

G_END_DECLS
