/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "model/valija-address.h"

#include <string.h>

/* Two ways to ask the directory: FindPeople, of 2013 and later, which pages and finds within names, and ResolveNames,
 * which all have. Some servers know the first and refuse it; then the second is asked for the rest of the session. */

typedef struct
{
  ValijaExchangeSession *session;
  char *text;
  guint limit;
  GPtrArray *people;        /* of ValijaAddress */
  GHashTable *known;        /* the addresses of these, in lower case */
} Search;

static void
search_free (Search *search)
{
  g_clear_pointer (&search->known, g_hash_table_unref);
  g_clear_pointer (&search->people, g_ptr_array_unref);
  g_object_unref (search->session);
  g_free (search->text);
  g_free (search);
}

static void
add_person (Search     *search,
            const char *name,
            const char *address)
{
  g_autofree char *folded = NULL;

  /* Those inside may be known by an X.500 name alone, which nobody can be written to by */
  if (search->people->len >= search->limit || !valija_address_is_valid (address))
    return;

  folded = g_utf8_strdown (address, -1);
  if (g_hash_table_contains (search->known, folded))
    return;

  g_hash_table_add (search->known, g_steal_pointer (&folded));
  g_ptr_array_add (search->people,
                   valija_address_new (name != NULL && g_ascii_strcasecmp (name, address) != 0 ? name : "", address));
}

/* ---- FindPeople ---- */

static void
take_personas (Search              *search,
               const ValijaEwsNode *message)
{
  for (const ValijaEwsNode *persona = valija_ews_node_get_first (valija_ews_node_find (message, "People"));
       persona != NULL; persona = valija_ews_node_get_next (persona))
    add_person (search, valija_ews_node_find_text (persona, "DisplayName"),
                valija_ews_node_find_text (persona, "EmailAddress/EmailAddress"));
}

/* ---- ResolveNames ---- */

/* "SMTP:" stands before the address that somebody is known by, "smtp:" before others. */
static const char *
find_entry (const ValijaEwsNode *contact)
{
  const char *other = NULL;

  for (const ValijaEwsNode *entry = valija_ews_node_get_first (valija_ews_node_find (contact, "EmailAddresses"));
       entry != NULL; entry = valija_ews_node_get_next (entry))
    {
      const char *text = valija_ews_node_get_text (entry);

      if (g_str_has_prefix (text, "SMTP:"))
        return text + strlen ("SMTP:");
      if (other == NULL && g_str_has_prefix (text, "smtp:"))
        other = text + strlen ("smtp:");
    }

  return other;
}

static void
take_resolutions (Search              *search,
                  const ValijaEwsNode *message)
{
  for (const ValijaEwsNode *found = valija_ews_node_get_first (valija_ews_node_find (message, "ResolutionSet"));
       found != NULL; found = valija_ews_node_get_next (found))
    {
      const char *name = valija_ews_node_find_text (found, "Mailbox/Name");
      const char *address = valija_ews_node_find_text (found, "Mailbox/EmailAddress");

      if (name == NULL)
        name = valija_ews_node_find_text (found, "Contact/DisplayName");
      add_person (search, name,
                  valija_address_is_valid (address) ? address : find_entry (valija_ews_node_find (found, "Contact")));
    }
}

/* ---- Asking ---- */

static gboolean
ask_fiber (Search               *search,
           ValijaExchangeClient *client,
           ValijaEwsRequest     *request,
           GError              **error)
{
  g_autoptr(ValijaExchangeReply) reply = valija_exchange_client_run_fiber (client, request, error);
  ValijaEwsResult result;

  if (reply == NULL)
    return FALSE;

  valija_ews_result_read (g_ptr_array_index (reply->messages, 0), &result);
  if (result.reaction == VALIJA_EWS_NONE_FOUND)
    return TRUE;
  if (result.reaction != VALIJA_EWS_FINE)
    {
      valija_ews_result_set_error (&result, error);
      return FALSE;
    }

  take_personas (search, g_ptr_array_index (reply->messages, 0));
  take_resolutions (search, g_ptr_array_index (reply->messages, 0));

  return TRUE;
}

/* Whether the server will not have it asked so, and never will. */
static gboolean
is_refusal (const GError *error)
{
  return g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED) ||
         g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_REFUSED);
}

static gboolean
search_either_fiber (Search               *search,
                     ValijaExchangeClient *client,
                     GError              **error)
{
  ValijaEwsSchema schema = valija_exchange_client_get_schema (client);
  g_autoptr(GError) failure = NULL;

  if (schema >= VALIJA_EWS_2013 && !search->session->resolves_names)
    {
      if (ask_fiber (search, client, valija_ews_find_people (schema, search->text, search->limit), &failure))
        return TRUE;

      if (!is_refusal (failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      search->session->resolves_names = TRUE;
    }

  return ask_fiber (search, client, valija_ews_resolve_names (schema, search->text), error);
}

static DexFuture *
find_people_fiber (gpointer data)
{
  Search *search = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (search->session, &error);

  if (client == NULL || !search_either_fiber (search, client, &error))
    {
      valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_NONE);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return valija_future_new_take_ptr_array (g_steal_pointer (&search->people));
}

DexFuture *
valija_exchange_session_find_people (ValijaExchangeSession *self,
                                     const char            *text,
                                     guint                  limit)
{
  Search *search = g_new0 (Search, 1);

  search->session = g_object_ref (self);
  search->text = g_strstrip (g_strdup (text));
  search->limit = limit;
  search->people = valija_address_list_new ();
  search->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  /* Of everybody the list would be long and say nothing */
  if (*search->text == '\0' || limit == 0)
    {
      DexFuture *nobody = valija_future_new_take_ptr_array (g_steal_pointer (&search->people));

      search_free (search);
      return nobody;
    }

  return valija_fiber_spawn (find_people_fiber, search, (GDestroyNotify) search_free);
}
