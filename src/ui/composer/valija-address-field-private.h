/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "ui/composer/valija-address-field.h"

G_BEGIN_DECLS

struct _ValijaAddressField
{
  AdwBin          parent_instance;

  GtkEntry       *entry;
  GtkLabel       *problem;
  GtkPopover     *suggestions;
  GtkListBox     *list;

  char           *title;
  ValijaEngine   *engine;      /* nullable */
  ValijaAccount  *account;     /* nullable: whose directory is asked */
  char           *whom;        /* nullable: who is being looked for */
  GPtrArray      *known;       /* nullable: of ValijaAddress, found in the mail that is here */
  GPtrArray      *listed;      /* nullable: of ValijaAddress, found in the directory */
  DexCancellable *asking;      /* nullable: while the directory is asked */
  guint           ask_source;
  gboolean        updating;    /* the entry is changed by us */
};

/* valija-address-field.c: where the last entry of a list begins, behind the last comma that separates. */
const char *valija_address_field_find_last (const char *text);

/* valija-address-suggestions.c */
void        valija_address_field_suggest          (ValijaAddressField *self);
void        valija_address_field_close            (ValijaAddressField *self);
void        valija_address_field_bind_suggestions (GtkWidgetClass *widget_class);

G_END_DECLS
