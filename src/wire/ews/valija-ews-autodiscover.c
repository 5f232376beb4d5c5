/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/ews/valija-ews-autodiscover.h"

#include "base/valija-error.h"
#include "wire/ews/valija-ews-reader.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

/* The JSON has one level and two members. */
#define JSON_DEPTH_LIMIT 8
#define JSON_LIMIT (64 * 1024)
/* Exchange tells two or three. */
#define URLS_LIMIT 8

#define POX_REQUEST "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
#define POX_RESPONSE "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
#define SOAP_SCHEMA "http://schemas.microsoft.com/exchange/2010/Autodiscover"

/* ---- Questions ---- */

char *
valija_autodiscover_dup_path (ValijaAutodiscoverDialect dialect,
                              const char               *email)
{
  g_autofree char *escaped = NULL;

  switch (dialect)
    {
    case VALIJA_AUTODISCOVER_JSON:
      escaped = g_uri_escape_string (email, "@", FALSE);
      return g_strdup_printf ("/autodiscover/autodiscover.json/v1.0/%s?Protocol=EWS", escaped);
    case VALIJA_AUTODISCOVER_SOAP:
      return g_strdup ("/autodiscover/autodiscover.svc");
    case VALIJA_AUTODISCOVER_POX:
    default:
      return g_strdup ("/autodiscover/autodiscover.xml");
    }
}

char *
valija_autodiscover_dup_body (ValijaAutodiscoverDialect dialect,
                              const char               *email,
                              const char               *uri)
{
  switch (dialect)
    {
    case VALIJA_AUTODISCOVER_POX:
      return g_markup_printf_escaped ("<?xml version=\"1.0\" encoding=\"utf-8\"?>"
                                      "<Autodiscover xmlns=\"" POX_REQUEST "\"><Request>"
                                      "<EMailAddress>%s</EMailAddress>"
                                      "<AcceptableResponseSchema>" POX_RESPONSE "</AcceptableResponseSchema>"
                                      "</Request></Autodiscover>", email);

    case VALIJA_AUTODISCOVER_SOAP:
      return g_markup_printf_escaped ("<?xml version=\"1.0\" encoding=\"utf-8\"?>"
                                      "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
                                      "xmlns:a=\"" SOAP_SCHEMA "\" "
                                      "xmlns:wsa=\"http://www.w3.org/2005/08/addressing\">"
                                      "<s:Header>"
                                      "<a:RequestedServerVersion>Exchange2010</a:RequestedServerVersion>"
                                      "<wsa:Action>" SOAP_SCHEMA "/Autodiscover/GetUserSettings</wsa:Action>"
                                      "<wsa:To>%s</wsa:To>"
                                      "</s:Header><s:Body><a:GetUserSettingsRequestMessage><a:Request>"
                                      "<a:Users><a:User><a:Mailbox>%s</a:Mailbox></a:User></a:Users>"
                                      "<a:RequestedSettings>"
                                      "<a:Setting>ExternalEwsUrl</a:Setting>"
                                      "<a:Setting>InternalEwsUrl</a:Setting>"
                                      "</a:RequestedSettings>"
                                      "</a:Request></a:GetUserSettingsRequestMessage></s:Body></s:Envelope>",
                                      uri, email);

    case VALIJA_AUTODISCOVER_JSON:
    default:
      return NULL;
    }
}

/* ---- Answers ---- */

void
valija_autodiscover_answer_free (ValijaAutodiscoverAnswer *self)
{
  g_strfreev (self->ews_urls);
  g_free (self->target);
  g_free (self->message);
  g_free (self);
}

static ValijaAutodiscoverAnswer *
answer_new (ValijaAutodiscoverKind kind,
            const char            *target,
            const char            *message)
{
  ValijaAutodiscoverAnswer *self = g_new0 (ValijaAutodiscoverAnswer, 1);

  self->kind = kind;
  self->target = g_strdup (target);
  self->message = g_strdup (message);

  return self;
}

static ValijaAutodiscoverAnswer *
answer_new_urls (GPtrArray *urls)
{
  ValijaAutodiscoverAnswer *self;

  if (urls->len == 0)
    return answer_new (VALIJA_AUTODISCOVER_REFUSED, NULL, "");

  self = answer_new (VALIJA_AUTODISCOVER_SETTINGS, NULL, NULL);
  g_ptr_array_add (urls, NULL);
  self->ews_urls = g_strdupv ((char **) urls->pdata);

  return self;
}

static void
set_stranger (GError **error)
{
  valija_error_set (error, VALIJA_ERROR_PROTOCOL, _("What answers there is not Autodiscover."));
}

/* @url: (nullable), borrowed */
static void
add_url (GPtrArray  *urls,
         const char *url)
{
  if (url != NULL && *url != '\0' && urls->len < URLS_LIMIT &&
      !g_ptr_array_find_with_equal_func (urls, url, g_str_equal, NULL))
    g_ptr_array_add (urls, (char *) url);
}

/* @rank: 0 for the protocols of the world outside, 1 for that of the organisation's network, 2 for any other */
static void
add_protocols (GPtrArray           *urls,
               const ValijaEwsNode *account,
               guint                rank)
{
  for (const ValijaEwsNode *node = valija_ews_node_get_first (account); node != NULL;
       node = valija_ews_node_get_next (node))
    {
      const char *type = valija_ews_node_find_text (node, "Type");
      const char *url = valija_ews_node_find_text (node, "EwsUrl");

      if (!valija_ews_node_is (node, "Protocol"))
        continue;

      /* The newer form names the type in an attribute */
      if (type == NULL)
        type = valija_ews_node_get_attribute (node, "Type");
      if (type == NULL)
        type = "";

      if (rank == (g_str_equal (type, "EXPR") || g_str_equal (type, "EXHTTP") ? 0 : g_str_equal (type, "EXCH") ? 1 : 2))
        add_url (urls, url != NULL ? url : valija_ews_node_find_text (node, "ASUrl"));
    }
}

static ValijaAutodiscoverAnswer *
read_pox (const ValijaEwsNode *root,
          GError             **error)
{
  g_autoptr(GPtrArray) urls = g_ptr_array_new ();
  const ValijaEwsNode *response = valija_ews_node_find (root, "Response");
  const ValijaEwsNode *account = valija_ews_node_find (response, "Account");
  const ValijaEwsNode *refusal = valija_ews_node_find (response, "Error");
  const char *text;

  if (!valija_ews_node_is (root, "Autodiscover") || response == NULL)
    {
      set_stranger (error);
      return NULL;
    }

  if (account == NULL)
    {
      text = valija_ews_node_find_text (refusal, "Message");
      return answer_new (VALIJA_AUTODISCOVER_REFUSED, NULL, text != NULL ? text : "");
    }

  if ((text = valija_ews_node_find_text (account, "RedirectUrl")) != NULL && *text != '\0')
    return answer_new (VALIJA_AUTODISCOVER_REDIRECT_URL, text, NULL);
  if ((text = valija_ews_node_find_text (account, "RedirectAddr")) != NULL && *text != '\0')
    return answer_new (VALIJA_AUTODISCOVER_REDIRECT_ADDRESS, text, NULL);

  for (guint rank = 0; rank < 3; rank++)
    add_protocols (urls, account, rank);

  return answer_new_urls (urls);
}

static const char *
find_setting (const ValijaEwsNode *settings,
              const char          *name)
{
  for (const ValijaEwsNode *node = valija_ews_node_get_first (settings); node != NULL;
       node = valija_ews_node_get_next (node))
    {
      if (g_strcmp0 (valija_ews_node_find_text (node, "Name"), name) == 0)
        return valija_ews_node_find_text (node, "Value");
    }

  return NULL;
}

static ValijaAutodiscoverAnswer *
read_soap (const ValijaEwsNode *root,
           GError             **error)
{
  g_autoptr(GPtrArray) urls = g_ptr_array_new ();
  const ValijaEwsNode *body = valija_ews_node_find (root, "Body");
  const ValijaEwsNode *response = valija_ews_node_find (body, "GetUserSettingsResponseMessage/Response");
  const ValijaEwsNode *user = valija_ews_node_find (response, "UserResponses/UserResponse");
  const char *code = valija_ews_node_find_text (user, "ErrorCode");
  const char *target = valija_ews_node_find_text (user, "RedirectTarget");
  const char *text;

  if (valija_ews_node_is (root, "Envelope") && valija_ews_node_find (body, "Fault") != NULL)
    {
      text = valija_ews_node_find_text (body, "Fault/faultstring");
      return answer_new (VALIJA_AUTODISCOVER_REFUSED, NULL, text != NULL ? text : "");
    }

  if (!valija_ews_node_is (root, "Envelope") || response == NULL)
    {
      set_stranger (error);
      return NULL;
    }

  if (target != NULL && *target != '\0' && g_strcmp0 (code, "RedirectUrl") == 0)
    return answer_new (VALIJA_AUTODISCOVER_REDIRECT_URL, target, NULL);
  if (target != NULL && *target != '\0' && g_strcmp0 (code, "RedirectAddress") == 0)
    return answer_new (VALIJA_AUTODISCOVER_REDIRECT_ADDRESS, target, NULL);

  if (user == NULL || (code != NULL && *code != '\0' && !g_str_equal (code, "NoError")))
    {
      text = valija_ews_node_find_text (user != NULL ? user : response, "ErrorMessage");
      return answer_new (VALIJA_AUTODISCOVER_REFUSED, NULL, text != NULL ? text : "");
    }

  add_url (urls, find_setting (valija_ews_node_find (user, "UserSettings"), "ExternalEwsUrl"));
  add_url (urls, find_setting (valija_ews_node_find (user, "UserSettings"), "InternalEwsUrl"));

  return answer_new_urls (urls);
}

/* json-glib calls itself for each level, and a fiber's stack is small. */
static gboolean
is_flat (const char *text,
         gsize       length)
{
  guint depth = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (in_string && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = !in_string;
      else if (!in_string && (text[i] == '{' || text[i] == '[') && ++depth > JSON_DEPTH_LIMIT)
        return FALSE;
      else if (!in_string && (text[i] == '}' || text[i] == ']') && depth > 0)
        depth--;
    }

  return TRUE;
}

/* Members are found whatever their case. (transfer none) (nullable) */
static const char *
find_member (JsonObject *object,
             const char *name)
{
  JsonObjectIter iter;
  const char *member;
  JsonNode *node;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &member, &node))
    {
      if (g_ascii_strcasecmp (member, name) == 0 && JSON_NODE_HOLDS_VALUE (node) &&
          json_node_get_value_type (node) == G_TYPE_STRING)
        return json_node_get_string (node);
    }

  return NULL;
}

static ValijaAutodiscoverAnswer *
read_json (const char *text,
           gsize       length,
           GError    **error)
{
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(GPtrArray) urls = g_ptr_array_new ();
  JsonNode *root;
  JsonObject *object;
  const char *message;

  if (length == 0 || length > JSON_LIMIT || !is_flat (text, length) || !g_utf8_validate (text, length, NULL) ||
      !json_parser_load_from_data (parser, text, length, NULL) || (root = json_parser_get_root (parser)) == NULL ||
      !JSON_NODE_HOLDS_OBJECT (root))
    {
      set_stranger (error);
      return NULL;
    }

  object = json_node_get_object (root);
  if (find_member (object, "ErrorCode") != NULL)
    {
      message = find_member (object, "ErrorMessage");
      return answer_new (VALIJA_AUTODISCOVER_REFUSED, NULL, message != NULL ? message : "");
    }

  if (g_ascii_strcasecmp (find_member (object, "Protocol") != NULL ? find_member (object, "Protocol") : "", "EWS") != 0)
    {
      set_stranger (error);
      return NULL;
    }
  add_url (urls, find_member (object, "Url"));

  return answer_new_urls (urls);
}

ValijaAutodiscoverAnswer *
valija_autodiscover_read (ValijaAutodiscoverDialect dialect,
                          const void               *data,
                          gsize                     length,
                          GError                  **error)
{
  g_autoptr(ValijaEwsNode) root = NULL;

  if (dialect == VALIJA_AUTODISCOVER_JSON)
    return read_json (data, length, error);

  if (!(root = valija_ews_parse_document (data, length, error)))
    return NULL;

  return dialect == VALIJA_AUTODISCOVER_POX ? read_pox (root, error) : read_soap (root, error);
}

/* ---- Whose a host is ---- */

gboolean
valija_autodiscover_is_within (const char *host,
                               const char *domain)
{
  gsize length = strlen (host);
  gsize n = strlen (domain);

  return length >= n && g_ascii_strcasecmp (host + length - n, domain) == 0 &&
         (length == n || host[length - n - 1] == '.');
}

gboolean
valija_autodiscover_is_online (const char *host)
{
  /* Of the world, of the governments of the United States, of China */
  static const char * const domains[] = {
    "outlook.com", "office365.com", "office.com", "office365.us", "onmicrosoft.com", "microsoftonline.com",
    "partner.outlook.cn", "onmicrosoft.us", "partner.onmschina.cn",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      if (valija_autodiscover_is_within (host, domains[i]))
        return TRUE;
    }

  return FALSE;
}
