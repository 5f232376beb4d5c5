/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-html-url.h"

#include <string.h>

#define URL_LIMIT (16 * 1024)
#define DATA_LIMIT (4 * 1024 * 1024)

/* What a browser does before it looks at a URL (WHATWG URL §4.4): blanks and controls at its ends
 * go, tabs and line breaks anywhere. NULL when another control is left. */
static char *
strip (const char *raw)
{
  g_autoptr(GString) out = NULL;

  if (raw == NULL)
    return NULL;
  while (*raw > 0 && *raw <= ' ')
    raw++;

  out = g_string_sized_new (strlen (raw));
  for (; *raw != '\0'; raw++)
    if (*raw != '\t' && *raw != '\n' && *raw != '\r')
      g_string_append_c (out, *raw);
  while (out->len > 0 && out->str[out->len - 1] > 0 && out->str[out->len - 1] <= ' ')
    g_string_truncate (out, out->len - 1);

  for (gsize i = 0; i < out->len; i++)
    if ((out->str[i] >= 0 && out->str[i] < ' ') || out->str[i] == 127)
      return NULL;

  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* The length of the scheme with its colon, 0 without one. */
static gsize
scheme_length (const char *url)
{
  gsize i;

  if (!g_ascii_isalpha (*url))
    return 0;
  for (i = 1; g_ascii_isalnum (url[i]) || url[i] == '+' || url[i] == '-' || url[i] == '.'; i++)
    ;

  return url[i] == ':' ? i + 1 : 0;
}

static gboolean
has_scheme (const char *url,
            gsize       length,
            const char *scheme)
{
  return length == strlen (scheme) && g_ascii_strncasecmp (url, scheme, length) == 0;
}

/* Escapes what ends a URL where it is written among text. */
static void
append_rest (GString    *out,
             const char *rest)
{
  for (; *rest != '\0'; rest++)
    {
      if (strchr (" \"'<>`{}|^", *rest) != NULL)
        g_string_append_printf (out, "%%%02X", (guint) *rest);
      else
        g_string_append_c (out, *rest);
    }
}

/* http and https with any number of slashes of any kind mean two (WHATWG URL, "special authority
 * slashes state"). */
static char *
normalise_web (const char *scheme,
               const char *rest)
{
  g_autoptr(GString) out = g_string_new (scheme);
  gsize authority;

  while (*rest == '/' || *rest == '\\')
    rest++;
  authority = strcspn (rest, "/\\?#");
  if (authority == 0)
    return NULL;

  g_string_append (out, "//");
  if (rest[authority] == '\\')
    {
      g_autofree char *host = g_strndup (rest, authority);

      append_rest (out, host);
      g_string_append_c (out, '/');
      rest += authority + 1;
    }
  append_rest (out, rest);

  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* NULL unless @url is http or https, or begins as pages of the web do that leave the scheme out. */
static char *
check_web (const char *url,
           gboolean    secure)
{
  gsize length = scheme_length (url);

  if (has_scheme (url, length, "https:"))
    return normalise_web ("https:", url + length);
  if (has_scheme (url, length, "http:"))
    return normalise_web (secure ? "https:" : "http:", url + length);
  if (length == 0 && (*url == '/' || *url == '\\') && (url[1] == '/' || url[1] == '\\'))
    return normalise_web ("https:", url);

  return NULL;
}

char *
valija_html_url_check_link (const char *raw)
{
  g_autofree char *url = strip (raw);
  g_autoptr(GString) out = NULL;
  gsize length;

  if (url == NULL || strlen (url) > URL_LIMIT)
    return NULL;

  length = scheme_length (url);
  if (*url == '#' || has_scheme (url, length, "mailto:"))
    {
      out = g_string_new (*url == '#' ? "#" : "mailto:");
      append_rest (out, *url == '#' ? url + 1 : url + length);
      return g_string_free (g_steal_pointer (&out), FALSE);
    }
  if (length == 0 && g_ascii_strncasecmp (url, "www.", 4) == 0)
    return normalise_web ("http:", url);

  return check_web (url, FALSE);
}

static gboolean
is_picture_data (const char *url)
{
  static const char *const types[] = { "image/png", "image/jpeg", "image/jpg",
                                       "image/gif", "image/webp", "image/bmp" };
  const char *type = url + strlen ("data:");

  if (strlen (url) > DATA_LIMIT)
    return FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      gsize length = strlen (types[i]);

      if (g_ascii_strncasecmp (type, types[i], length) == 0 &&
          g_ascii_strncasecmp (type + length, ";base64,", 8) == 0)
        {
          for (const char *p = type + length + 8; *p != '\0'; p++)
            if (!g_ascii_isalnum (*p) && strchr ("+/=% ", *p) == NULL)
              return FALSE;
          return TRUE;
        }
    }

  return FALSE;
}

char *
valija_html_url_check_image (const char       *raw,
                             ValijaHtmlPolicy  policy,
                             gboolean         *remote)
{
  g_autofree char *url = strip (raw);
  g_autofree char *web = NULL;
  g_autoptr(GString) out = NULL;
  gsize length;

  if (url == NULL)
    return NULL;

  length = scheme_length (url);
  if (has_scheme (url, length, "data:"))
    return is_picture_data (url) ? g_steal_pointer (&url) : NULL;
  if (strlen (url) > URL_LIMIT)
    return NULL;
  if (has_scheme (url, length, "cid:"))
    {
      out = g_string_new ("cid:");
      append_rest (out, url + length);
      return g_string_free (g_steal_pointer (&out), FALSE);
    }

  web = check_web (url, TRUE);
  if (web != NULL && policy == VALIJA_HTML_LOCAL_ONLY)
    {
      *remote = TRUE;
      return NULL;
    }

  return g_steal_pointer (&web);
}

char *
valija_html_url_dup_host (const char *uri)
{
  g_autofree char *url = strip (uri);
  g_autofree char *link = url != NULL ? valija_html_url_check_link (url) : NULL;
  g_autofree char *authority = NULL;
  g_autofree char *decoded = NULL;
  g_autofree char *ascii = NULL;
  char *host;
  char *at;

  if (link == NULL || *link == '#')
    return NULL;

  host = strchr (link, ':') + 1;
  host += strspn (host, "/");
  authority = g_strndup (host, strcspn (host, g_str_has_prefix (link, "mailto:") ? "?,;" : "/?#"));
  decoded = g_uri_unescape_string (authority, NULL);
  if (decoded == NULL)
    return NULL;

  /* The name in front of the last @ is not where it goes */
  at = strrchr (decoded, '@');
  if (at == NULL && g_str_has_prefix (link, "mailto:"))
    return NULL;
  host = at != NULL ? at + 1 : decoded;
  if (*host == '[')
    host[strcspn (host, "]")] = '\0';
  else
    host[strcspn (host, ":")] = '\0';
  while (g_str_has_suffix (host, "."))
    host[strlen (host) - 1] = '\0';

  ascii = g_hostname_to_ascii (host);

  return *host == '\0' ? NULL : g_ascii_strdown (ascii != NULL ? ascii : host, -1);
}
