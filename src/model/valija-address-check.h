/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* What a server says of an address when it is asked, and no mail is sent. */
typedef enum
{
  VALIJA_ADDRESS_CONFIRMED, /* the server knows it */
  VALIJA_ADDRESS_ACCEPTED,  /* the server would take mail for it, which need not say that somebody is there */
  VALIJA_ADDRESS_REFUSED,   /* the server would not take mail for it */
  VALIJA_ADDRESS_UNKNOWN,   /* the server cannot say, or not now */
} ValijaAddressVerdict;

typedef struct
{
  grefcount ref_count;
  ValijaAddressVerdict verdict;
  char *server_line;        /* "550 5.1.1 no such user" */
} ValijaAddressCheck;

/* @server_line: (nullable): nothing was said, "". The count of references is not atomic: main context only. NULL
 * may be freed. */
#define VALIJA_TYPE_ADDRESS_CHECK (valija_address_check_get_type ())
GType               valija_address_check_get_type (void) G_GNUC_CONST;
ValijaAddressCheck *valija_address_check_new      (ValijaAddressVerdict verdict,
                                                   const char *server_line) G_GNUC_WARN_UNUSED_RESULT;
ValijaAddressCheck *valija_address_check_ref      (ValijaAddressCheck *self);
void                valija_address_check_unref    (ValijaAddressCheck *self);

/* "confirmed", "accepted", "refused", "unknown" */
const char         *valija_address_verdict_to_nick   (ValijaAddressVerdict verdict);
/* A translated sentence. */
const char         *valija_address_verdict_get_label (ValijaAddressVerdict verdict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaAddressCheck, valija_address_check_unref)

G_END_DECLS
