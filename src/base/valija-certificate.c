/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-certificate.h"

#include <glib/gi18n-lib.h>

static char *
format_day (gint64 seconds)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_local (seconds);

  /* Translators: a day in g_date_time_format() codes: 3 March 2026 */
  return moment != NULL ? g_date_time_format (moment, _("%-d %B %Y")) : g_strdup (_("an unknown day"));
}

/**
 * valija_certificate_new:
 * @host: the server that was asked for
 * @port: its port
 * @subject: (nullable): RFC 4514 name, as are the others
 * @names: (nullable): subject alternative names, comma separated
 * @issuer: (nullable): who issued it
 * @not_before: from when it holds, seconds since 1970
 * @not_after: until when
 * @sha256: (nullable): its print, "AB:CD:…"
 * @problems: why it was not accepted
 *
 * Returns: (transfer full): a certificate
 */
ValijaCertificate *
valija_certificate_new (const char               *host,
                        guint16                   port,
                        const char               *subject,
                        const char               *names,
                        const char               *issuer,
                        gint64                    not_before,
                        gint64                    not_after,
                        const char               *sha256,
                        ValijaCertificateProblems problems)
{
  ValijaCertificate *self;

  g_return_val_if_fail (host != NULL, NULL);

  self = g_new0 (ValijaCertificate, 1);
  g_ref_count_init (&self->ref_count);
  self->host = g_strdup (host);
  self->port = port;
  self->subject = g_strdup (subject != NULL ? subject : "");
  self->names = g_strdup (names != NULL ? names : "");
  self->issuer = g_strdup (issuer != NULL ? issuer : "");
  self->not_before = not_before;
  self->not_after = not_after;
  self->sha256 = g_strdup (sha256 != NULL ? sha256 : "");
  self->problems = problems;

  return self;
}

/**
 * valija_certificate_ref:
 * @self: a certificate
 *
 * Returns: (transfer full): @self
 */
ValijaCertificate *
valija_certificate_ref (ValijaCertificate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * valija_certificate_unref:
 * @self: (transfer full): a certificate
 */
void
valija_certificate_unref (ValijaCertificate *self)
{
  g_return_if_fail (self != NULL);

  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_free (self->host);
  g_free (self->subject);
  g_free (self->names);
  g_free (self->issuer);
  g_free (self->sha256);
  g_free (self);
}

/**
 * valija_certificate_dup_reasons:
 * @self: a certificate
 *
 * Returns: (transfer full): each problem as a translated sentence, one a line; "" when there is
 *   none
 */
char *
valija_certificate_dup_reasons (const ValijaCertificate *self)
{
  g_autoptr(GStrvBuilder) reasons = g_strv_builder_new ();
  g_autofree char *from = NULL;
  g_autofree char *until = NULL;
  g_auto(GStrv) lines = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  from = format_day (self->not_before);
  until = format_day (self->not_after);

  if (self->problems & VALIJA_CERTIFICATE_PROBLEM_CHANGED)
    g_strv_builder_add (reasons, _("It is not the certificate that was trusted for this server before."));

  if (self->problems & VALIJA_CERTIFICATE_PROBLEM_WRONG_NAME)
    g_strv_builder_take (reasons,
                         /* Translators: the names in the certificate, then the server's */
                         g_strdup_printf (_("It was issued for “%s”, not for “%s”."),
                                          *self->names != '\0' ? self->names : self->subject, self->host));

  if (self->problems & VALIJA_CERTIFICATE_PROBLEM_EXPIRED)
    /* Translators: the argument is a day */
    g_strv_builder_take (reasons, g_strdup_printf (_("It expired on %s."), until));

  if (self->problems & VALIJA_CERTIFICATE_PROBLEM_NOT_YET_VALID)
    /* Translators: the argument is a day */
    g_strv_builder_take (reasons, g_strdup_printf (_("It is only valid from %s on."), from));

  if (self->problems & VALIJA_CERTIFICATE_PROBLEM_SELF_SIGNED)
    g_strv_builder_add (reasons, _("It is signed by itself and by no authority."));

  if (self->problems & VALIJA_CERTIFICATE_PROBLEM_UNKNOWN_ISSUER)
    /* Translators: the argument is the name of an authority */
    g_strv_builder_take (reasons, g_strdup_printf (_("It was issued by “%s”, which is not trusted here."),
                                                   self->issuer));

  if (self->problems & VALIJA_CERTIFICATE_PROBLEM_REVOKED)
    g_strv_builder_add (reasons, _("Its issuer has revoked it."));

  if (self->problems & VALIJA_CERTIFICATE_PROBLEM_INSECURE)
    g_strv_builder_add (reasons, _("It is made in a way that is no longer secure."));

  if (self->problems & VALIJA_CERTIFICATE_PROBLEM_OTHER)
    g_strv_builder_add (reasons, _("It cannot be verified."));

  if (self->problems & VALIJA_CERTIFICATE_PROBLEM_GUESSED_HOST)
    g_strv_builder_add (reasons, _("The server was found by its name and not typed by you. If you trust its "
                                   "certificate, it is given your password."));

  lines = g_strv_builder_end (reasons);
  return g_strjoinv ("\n", lines);
}
