/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A mailbox of RFC 5322 §3.4, decoded: immutable, boxed. @name is "" where there is none; both are valid UTF-8 without
 * control or direction-override characters. */
typedef struct
{
  char *name;
  char *address;
} ValijaAddress;

#define VALIJA_TYPE_ADDRESS (valija_address_get_type ())

/* Control and direction-override characters are taken out of @name and @address, and what is not UTF-8 is
 * replaced; NULL counts as "". Copying duplicates both, and NULL may be freed. What the labels return is (transfer
 * full). */
GType          valija_address_get_type (void) G_GNUC_CONST;
ValijaAddress *valija_address_new      (const char *name, const char *address) G_GNUC_WARN_UNUSED_RESULT;
ValijaAddress *valija_address_copy     (const ValijaAddress *self) G_GNUC_WARN_UNUSED_RESULT;
void           valija_address_free     (ValijaAddress *self);
char          *valija_address_to_label (const ValijaAddress *self);  /* for people: the name, else the address */
char          *valija_address_to_text  (const ValijaAddress *self);  /* for people: `Name <a@b>` */

/* Lists are (element-type ValijaAddress) GPtrArray with the free function set. */
GPtrArray     *valija_address_list_new  (void) G_GNUC_WARN_UNUSED_RESULT;
char          *valija_address_list_to_text (GPtrArray *list);

/* Whether @address has the syntax of RFC 5321 §4.1.2 (with RFC 6531's UTF-8 allowed): local part, @, domain. */
gboolean       valija_address_is_valid (const char *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaAddress, valija_address_free)

G_END_DECLS
