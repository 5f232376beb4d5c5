/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-http-private.h"

#include <string.h>

/* What of a body is told: enough to see what is asked, or what a refusal says */
#define BODY_LIMIT 400
/* Runs that long of what Base64 is made of are no words. */
#define BASE64_LIMIT 60

static const char * const secret_headers[] = {
  "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "WWW-Authenticate", NULL
};

static const char * const uri_headers[] = { "Location", "Content-Location", "Referer", NULL };

static gboolean
is_base64 (char c)
{
  return g_ascii_isalnum (c) || c == '+' || c == '/' || c == '=' || c == '-' || c == '_';
}

static gboolean
is_among (const char * const *names, const char *name)
{
  for (gsize i = 0; names[i] != NULL; i++)
    {
      if (g_ascii_strcasecmp (names[i], name) == 0)
        return TRUE;
    }

  return FALSE;
}

/* Queries hold codes, tokens and addresses; fragments too, where OAuth answers in them. */
static void
append_uri (GString *text, const char *uri)
{
  gsize told = strcspn (uri, "?#");

  g_string_append_len (text, uri, (gssize) told);
  if (uri[told] != '\0')
    g_string_append_printf (text, "%c[%" G_GSIZE_FORMAT " bytes hidden]", uri[told], strlen (uri) - told - 1);
}

static void
append_headers (GString *text, SoupMessageHeaders *headers)
{
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  soup_message_headers_iter_init (&iter, headers);

  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      gsize told = strlen (value);
      gboolean secret = is_among (secret_headers, name);

      if (is_among (uri_headers, name))
        {
          g_string_append_printf (text, "%s: ", name);
          append_uri (text, value);
          g_string_append_c (text, '\n');
          continue;
        }

      /* The scheme may be known, and the name of a cookie. What has neither is all secret, but for what a server
       * offers. */
      if (secret)
        told = strcspn (value, " ;=");
      if (secret && value[told] == '\0' && g_ascii_strcasecmp (name, "WWW-Authenticate") != 0)
        told = 0;
      if (told == strlen (value))
        g_string_append_printf (text, "%s: %s\n", name, value);
      else
        g_string_append_printf (text, "%s: %.*s [%" G_GSIZE_FORMAT " bytes hidden]\n", name, (int) told, value,
                                strlen (value) - told);
    }
}

/* @text, with what looks like Base64 left out, in one line. (transfer full) */
static char *
redact_body (const char *text, gsize length)
{
  GString *clean = g_string_sized_new (length);
  gsize at = 0;

  while (at < length)
    {
      gsize run = 0;

      while (at + run < length && is_base64 (text[at + run]))
        run++;

      if (run >= BASE64_LIMIT)
        g_string_append_printf (clean, "[%" G_GSIZE_FORMAT " bytes hidden]", run);
      else if (run > 0)
        g_string_append_len (clean, text + at, (gssize) run);
      else
        {
          g_string_append_c (clean, text[at] == '\n' || text[at] == '\r' ? ' ' : text[at]);
          run = 1;
        }

      at += run;
    }

  return g_string_free (clean, FALSE);
}

static void
append_request_body (GString *text, ValijaHttpRequest *request)
{
  gsize told = 0;

  for (guint i = 0; i < request->parts->len; i++)
    {
      ValijaHttpPart *part = &g_array_index (request->parts, ValijaHttpPart, i);
      gsize size;
      const char *data = g_bytes_get_data (part->bytes, &size);
      g_autofree char *clean = NULL;

      if (part->base64 || told >= BODY_LIMIT)
        {
          g_string_append_printf (text, "[%" G_GSIZE_FORMAT " bytes hidden]", size);
          continue;
        }

      clean = redact_body (data, MIN (size, BODY_LIMIT));
      g_string_append (text, clean);
      if (size > BODY_LIMIT)
        g_string_append_printf (text, "[%" G_GSIZE_FORMAT " bytes more]", size - BODY_LIMIT);
      told += size;
    }

  if (request->parts->len > 0)
    g_string_append_c (text, '\n');
}

/* What is about to be written. */
void
valija_http_log_request (ValijaTranscript *transcript, ValijaHttpExchange *exchange)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (exchange->message);
  g_autofree char *uri = g_uri_to_string_partial (exchange->uri, G_URI_HIDE_USERINFO);
  g_autoptr(GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%s ", exchange->request->method);
  append_uri (text, uri);
  g_string_append_c (text, '\n');
  append_headers (text, headers);
  append_request_body (text, exchange->request);
  valija_transcript_sent (transcript, text->str, text->len, FALSE);
}

/* The headers of an answer. */
void
valija_http_log_response (ValijaTranscript *transcript, ValijaHttpExchange *exchange)
{
  SoupMessage *message = exchange->message;
  g_autoptr(GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%u %s\n", soup_message_get_status (message),
                          soup_message_get_reason_phrase (message));
  append_headers (text, soup_message_get_response_headers (message));
  valija_transcript_received (transcript, text->str, text->len);
}

/* The beginning of an answer's body where it is no mail: SOAP, and what a refusal says. */
void
valija_http_log_body (ValijaTranscript *transcript, ValijaHttpExchange *exchange, GBytes *first)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  gsize size;
  const char *data = g_bytes_get_data (first, &size);
  g_autofree char *clean = NULL;
  g_autofree char *line = NULL;

  if (type == NULL || size == 0)
    return;

  if (strstr (type, "xml") == NULL && SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (exchange->message)))
    return;

  clean = redact_body (data, MIN (size, BODY_LIMIT));
  line = g_strconcat (clean, "\n", NULL);
  valija_transcript_received (transcript, line, strlen (line));
}
