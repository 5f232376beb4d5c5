/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-address-check.h"

#include <glib/gi18n-lib.h>

static const struct
{
  const char *nick;
  const char *label;
} verdicts[] = {
  [VALIJA_ADDRESS_CONFIRMED] = { "confirmed", N_("The server knows this address.") },
  [VALIJA_ADDRESS_ACCEPTED] = { "accepted",
                                N_("The server takes mail for it. Whether somebody is there, it need not know.") },
  [VALIJA_ADDRESS_REFUSED] = { "refused", N_("The server takes no mail for it.") },
  [VALIJA_ADDRESS_UNKNOWN] = { "unknown", N_("The server does not say.") },
};

G_DEFINE_BOXED_TYPE (ValijaAddressCheck, valija_address_check, valija_address_check_ref, valija_address_check_unref)

ValijaAddressCheck *
valija_address_check_new (ValijaAddressVerdict  verdict,
                          const char           *server_line)
{
  ValijaAddressCheck *self = g_new0 (ValijaAddressCheck, 1);

  g_ref_count_init (&self->ref_count);
  self->verdict = verdict;
  self->server_line = g_strdup (server_line != NULL ? server_line : "");

  return self;
}

ValijaAddressCheck *
valija_address_check_ref (ValijaAddressCheck *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_ref_count_inc (&self->ref_count);

  return self;
}

void
valija_address_check_unref (ValijaAddressCheck *self)
{
  if (self == NULL || !g_ref_count_dec (&self->ref_count))
    return;

  g_free (self->server_line);
  g_free (self);
}

const char *
valija_address_verdict_to_nick (ValijaAddressVerdict verdict)
{
  g_return_val_if_fail (verdict < G_N_ELEMENTS (verdicts), NULL);

  return verdicts[verdict].nick;
}

const char *
valija_address_verdict_get_label (ValijaAddressVerdict verdict)
{
  g_return_val_if_fail (verdict < G_N_ELEMENTS (verdicts), NULL);

  return _(verdicts[verdict].label);
}
