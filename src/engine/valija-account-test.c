/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

/* The account test: sessions of its own, with the secrets that were typed, both halves always tried, nothing
 * written. */

/* How many folders are named to the user. */
#define MAX_NAMES 20
/* A server may say that a folder is in itself */
#define MAX_DEPTH 20

typedef struct
{
  ValijaEngine *engine;
  ValijaAccount *account;
  ValijaSessionContext *context;
  ValijaSession *session;    /* nullable until made */
  ValijaSession *sender;     /* nullable: a paired one, or that of the outgoing half alone */
  ValijaSessionContext *half; /* nullable: of the outgoing half alone */
  ValijaSecret *outgoing;    /* nullable */
  GListStore *steps;         /* of ValijaTestStep */
  GPtrArray *facts;          /* of char * */
} Test;

static const ValijaStep incoming_steps[] = {
  VALIJA_STEP_CONNECT, VALIJA_STEP_SECURE, VALIJA_STEP_SIGN_IN,
  VALIJA_STEP_LIST_FOLDERS, VALIJA_STEP_OPEN_FOLDER, VALIJA_STEP_FETCH,
};
static const ValijaStep outgoing_steps[] = {
  VALIJA_STEP_CONNECT, VALIJA_STEP_SECURE, VALIJA_STEP_SIGN_IN,
};

static void
hang_up (ValijaSession *session)
{
  /* Nobody waits for the goodbye. */
  if (session != NULL)
    valija_future_forget (valija_session_close (session), "close after the account test");
}

static void
test_free (Test *test)
{
  hang_up (test->session);
  hang_up (test->sender);
  g_signal_handlers_disconnect_by_data (test->context, test);
  if (test->session != NULL)
    g_signal_handlers_disconnect_by_data (test->session, test);
  if (test->sender != NULL)
    g_signal_handlers_disconnect_by_data (test->sender, test);
  g_clear_object (&test->session);
  g_clear_object (&test->sender);
  if (test->half != NULL)
    g_signal_handlers_disconnect_by_data (test->half, test);
  g_clear_object (&test->half);
  g_clear_pointer (&test->outgoing, valija_secret_unref);
  g_object_unref (test->context);
  g_object_unref (test->account);
  g_object_unref (test->engine);
  g_object_unref (test->steps);
  g_ptr_array_unref (test->facts);
  g_free (test);
}

/* ---- Steps ---- */

static void
plan_steps (Test *test, ValijaSide side, const ValijaStep *steps, guint n_steps)
{
  if (!valija_account_has_side (test->account, side))
    return;

  for (guint i = 0; i < n_steps; i++)
    {
      g_autoptr(ValijaTestStep) step = valija_test_step_new (side, steps[i]);

      g_list_store_append (test->steps, step);
    }
}

static guint
n_steps (Test *test)
{
  return g_list_model_get_n_items (G_LIST_MODEL (test->steps));
}

/* (transfer none): the list holds it. */
static ValijaTestStep *
get_step (Test *test, guint position)
{
  g_autoptr(ValijaTestStep) step = g_list_model_get_item (G_LIST_MODEL (test->steps), position);

  return step;
}

static ValijaTestStep *
find_step (Test *test, ValijaSide side, ValijaStep step)
{
  for (guint i = 0; i < n_steps (test); i++)
    {
      ValijaTestStep *row = get_step (test, i);

      if (valija_test_step_get_side (row) == side && valija_test_step_get_step (row) == step)
        return row;
    }

  return NULL;
}

static void
end_running (Test *test, ValijaSide side)
{
  for (guint i = 0; i < n_steps (test); i++)
    {
      ValijaTestStep *row = get_step (test, i);

      if (valija_test_step_get_side (row) == side && valija_test_step_get_state (row) == VALIJA_TEST_RUNNING)
        valija_test_step_set (row, VALIJA_TEST_PASSED, valija_test_step_get_detail (row), NULL);
    }
}

/* What was passed over on the way to @begun, as security is on a plain connection: told where it belongs. */
static void
skip_before (Test *test, ValijaTestStep *begun)
{
  for (guint i = 0; i < n_steps (test) && get_step (test, i) != begun; i++)
    {
      ValijaTestStep *row = get_step (test, i);

      if (valija_test_step_get_side (row) == valija_test_step_get_side (begun) &&
          valija_test_step_get_state (row) == VALIJA_TEST_WAITING)
        valija_test_step_set (row, VALIJA_TEST_SKIPPED, NULL, NULL);
    }
}

static void
begin_step (Test *test, ValijaSide side, ValijaStep step)
{
  ValijaTestStep *row = find_step (test, side, step);

  /* What a protocol does besides, such as its greeting, is a part of the step before. */
  if (row == NULL || valija_test_step_get_state (row) != VALIJA_TEST_WAITING)
    return;

  end_running (test, side);
  skip_before (test, row);
  valija_test_step_set (row, VALIJA_TEST_RUNNING, NULL, NULL);
}

static void
end_step (Test *test, ValijaSide side, ValijaStep step, const char *detail)
{
  ValijaTestStep *row = find_step (test, side, step);

  if (row != NULL)
    valija_test_step_set (row, VALIJA_TEST_PASSED, detail != NULL && detail[0] != '\0' ? detail : NULL, NULL);
}

static void
step_began_cb (Test *test, int side, int step)
{
  begin_step (test, (ValijaSide) side, (ValijaStep) step);
}

/* What is looked at after signing in is asked for here, and here it is known what came of it. */
static void
step_ended_cb (Test *test, int side, int step, const char *detail)
{
  if (step <= VALIJA_STEP_SIGN_IN)
    end_step (test, (ValijaSide) side, (ValijaStep) step, detail);
}

static void
watch_steps (Test *test, ValijaSessionContext *context)
{
  g_signal_connect_swapped (context, "step-began", G_CALLBACK (step_began_cb), test);
  g_signal_connect_swapped (context, "step-ended", G_CALLBACK (step_ended_cb), test);
}

/* The row where the half failed: that of the error's step, else the one that was under way, else the next. */
static ValijaTestStep *
find_failed_step (Test *test, ValijaSide side, const GError *error)
{
  ValijaTestStep *row = find_step (test, side, valija_error_get_step (error));
  ValijaTestStep *waiting = NULL;

  if (row != NULL)
    return row;

  for (guint i = 0; i < n_steps (test); i++)
    {
      row = get_step (test, i);
      if (valija_test_step_get_side (row) != side)
        continue;
      if (valija_test_step_get_state (row) == VALIJA_TEST_RUNNING)
        return row;
      if (waiting == NULL && valija_test_step_get_state (row) == VALIJA_TEST_WAITING)
        waiting = row;
    }

  return waiting;
}

/* @error: (nullable): why the half failed */
static void
end_half (Test *test, ValijaSide side, const GError *error)
{
  ValijaTestStep *failed = error != NULL ? find_failed_step (test, side, error) : NULL;
  gboolean before = TRUE;

  for (guint i = 0; i < n_steps (test); i++)
    {
      ValijaTestStep *row = get_step (test, i);
      ValijaTestState state = valija_test_step_get_state (row);

      if (valija_test_step_get_side (row) != side)
        continue;

      if (row == failed)
        {
          valija_test_step_set (row, VALIJA_TEST_FAILED, NULL, error);
          before = FALSE;
        }
      else if (state == VALIJA_TEST_RUNNING)
        valija_test_step_set (row, before ? VALIJA_TEST_PASSED : VALIJA_TEST_SKIPPED,
                              valija_test_step_get_detail (row), NULL);
      else if (state == VALIJA_TEST_WAITING)
        /* A step that was passed over on the way to the failed one, or that this server does not have. */
        valija_test_step_set (row, VALIJA_TEST_SKIPPED, NULL, NULL);
    }
}

/* ---- Facts ---- */

/* Each once: several connections are told the same. */
static void
add_fact (Test *test, const char *fact)
{
  if (!g_ptr_array_find_with_equal_func (test->facts, fact, g_str_equal, NULL))
    g_ptr_array_add (test->facts, g_strdup (fact));
}

static void
take_facts (Test *test, ValijaSession *session)
{
  g_auto(GStrv) facts = valija_session_dup_facts (session);

  for (guint i = 0; facts != NULL && facts[i] != NULL; i++)
    add_fact (test, facts[i]);
}

static void
alert_cb (Test *test, const char *text)
{
  /* Translators: what a mail server wants the user to read */
  g_autofree char *fact = g_strdup_printf (_("Message of the server: %s"), text);

  add_fact (test, fact);
}

static void
notice_cb (Test *test, const char *text)
{
  if (text != NULL)
    add_fact (test, text);
}

/* Where it is, and so whose: "team@example.org/Inbox". (transfer full) */
static char *
dup_path (GPtrArray *infos, const ValijaFolderInfo *info)
{
  g_autoptr(GString) path = g_string_new (info->name);

  for (guint depth = 0; info != NULL && info->parent_id != NULL && depth < MAX_DEPTH; depth++)
    {
      const ValijaFolderInfo *parent = NULL;

      for (guint i = 0; i < infos->len && parent == NULL; i++)
        if (g_str_equal (((ValijaFolderInfo *) g_ptr_array_index (infos, i))->remote_id, info->parent_id))
          parent = g_ptr_array_index (infos, i);

      if (parent != NULL)
        {
          g_string_prepend_c (path, '/');
          g_string_prepend (path, parent->name);
        }
      info = parent;
    }

  return g_string_free (g_steal_pointer (&path), FALSE);
}

static void
note_folders (Test *test, GPtrArray *infos)
{
  g_autoptr(GString) names = g_string_new (NULL);
  g_autofree char *detail = NULL;

  for (guint i = 0; i < MIN (infos->len, MAX_NAMES); i++)
    {
      g_autofree char *path = dup_path (infos, g_ptr_array_index (infos, i));

      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", path);
    }
  if (infos->len > MAX_NAMES)
    g_string_append (names, ", …");

  /* Translators: a number of folders, and their names */
  detail = g_strdup_printf (ngettext ("%u folder: %s", "%u folders: %s", infos->len), infos->len, names->str);
  end_step (test, VALIJA_SIDE_INCOMING, VALIJA_STEP_LIST_FOLDERS, detail);
}

/* ---- The halves ---- */

static char *
dup_inbox_id (GPtrArray *infos)
{
  for (guint i = 0; i < infos->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (infos, i);

      if (info->role == VALIJA_FOLDER_ROLE_INBOX && info->owner == VALIJA_FOLDER_OWNER_USER && info->selectable)
        return g_strdup (info->remote_id);
    }

  return NULL;
}

static gboolean
test_inbox_fiber (Test *test, ValijaMailReader *reader, const char *inbox, GError **error)
{
  g_autoptr(DexChannel) channel = NULL;
  g_autoptr(ValijaChanges) changes = NULL;
  g_autofree char *detail = NULL;

  begin_step (test, VALIJA_SIDE_INCOMING, VALIJA_STEP_OPEN_FOLDER);
  channel = valija_mail_reader_sync_folder (reader, inbox, NULL);
  changes = dex_await_boxed (valija_engine_race (test->engine, dex_channel_receive (channel), NULL), error);
  dex_channel_close_receive (channel);
  if (changes == NULL)
    return FALSE;

  end_step (test, VALIJA_SIDE_INCOMING, VALIJA_STEP_OPEN_FOLDER, NULL);
  detail = g_strdup_printf (ngettext ("the headers of %u message", "the headers of %u messages", changes->added->len),
                            changes->added->len);
  end_step (test, VALIJA_SIDE_INCOMING, VALIJA_STEP_FETCH, detail);
  return TRUE;
}

static ValijaSession *
create_session (Test *test, ValijaSide side, GError **error)
{
  return test->engine->factory (test->context, side, test->engine->factory_data, error);
}

static gboolean
test_incoming_fiber (Test *test, GError **error)
{
  ValijaMailReader *reader;
  g_autoptr(GPtrArray) infos = NULL;
  g_autofree char *inbox = NULL;

  if (test->session == NULL && !(test->session = create_session (test, VALIJA_SIDE_INCOMING, error)))
    return FALSE;

  if (!VALIJA_IS_MAIL_READER (test->session))
    return TRUE;

  /* Opening is left to the reader: a session of two servers opens only this half then. */
  reader = VALIJA_MAIL_READER (test->session);
  g_signal_connect_swapped (test->session, "alert", G_CALLBACK (alert_cb), test);
  g_signal_connect_swapped (test->session, "notice", G_CALLBACK (notice_cb), test);
  infos = dex_await_boxed (valija_engine_race (test->engine, valija_mail_reader_list_folders (reader), NULL), error);
  if (infos == NULL)
    return FALSE;

  take_facts (test, test->session);
  note_folders (test, infos);
  if (!(inbox = dup_inbox_id (infos)))
    {
      valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("The server has no inbox for this name."));
      valija_error_locate (error, valija_account_name_side (test->account, VALIJA_SIDE_INCOMING),
                           VALIJA_STEP_LIST_FOLDERS);
      return FALSE;
    }

  return test_inbox_fiber (test, reader, inbox, error);
}

/* The method that does nothing but send. */
static const ValijaMethod *
find_sending_method (void)
{
  const ValijaMethod * const *methods = valija_engine_list_methods (NULL);

  for (guint i = 0; methods[i] != NULL; i++)
    if ((methods[i]->capabilities & (VALIJA_CAPABILITY_SEND | VALIJA_CAPABILITY_READ)) == VALIJA_CAPABILITY_SEND)
      return methods[i];

  return NULL;
}

/* Of an account whose one session stands for two servers the outgoing one is tried as an account of its own,
 * under the same id: else its result would be lost behind a failure of the other, and a wrong password given
 * there once more. */
static ValijaAccount *
copy_outgoing_half (Test *test, GError **error)
{
  const char * const *keys = valija_account_list_keys (test->account);
  g_autoptr(ValijaAccount) half = g_object_new (VALIJA_TYPE_ACCOUNT,
                                                "id", valija_account_get_id (test->account),
                                                "method", find_sending_method ()->id,
                                                "email", valija_account_get_email (test->account),
                                                "timeout", valija_account_get_timeout (test->account),
                                                NULL);

  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *value = g_str_has_prefix (keys[i], "outgoing.") ? valija_account_dup_key (test->account, keys[i])
                                                                       : NULL;

      if (value != NULL && !valija_account_set_key (half, keys[i], value, error))
        return NULL;
    }

  return g_steal_pointer (&half);
}

static ValijaSession *
create_outgoing_half (Test *test, GError **error)
{
  g_autoptr(ValijaAccount) account = copy_outgoing_half (test, error);

  if (account == NULL)
    return NULL;

  test->half = valija_session_context_new (account, test->engine->credentials, test->engine->trust);
  valija_session_context_preset_secret (test->half, VALIJA_SIDE_OUTGOING, test->outgoing);
  watch_steps (test, test->half);
  g_set_object (&test->engine->last_test_outgoing, test->half);
  return test->engine->factory (test->half, VALIJA_SIDE_INCOMING, test->engine->factory_data, error);
}

static gboolean
test_outgoing_fiber (Test *test, GError **error)
{
  const ValijaMethod *method = valija_engine_find_method (NULL, valija_account_get_method (test->account));
  ValijaSession *session;

  if (test->session == NULL && !(test->session = create_session (test, VALIJA_SIDE_INCOMING, error)))
    return FALSE;

  if (!VALIJA_IS_MAIL_SENDER (test->session))
    test->sender = create_session (test, VALIJA_SIDE_OUTGOING, error);
  else if (method != NULL && method->uses_incoming && method->uses_outgoing)
    test->sender = create_outgoing_half (test, error);

  session = test->sender != NULL ? test->sender : test->session;
  if (*error != NULL)
    return FALSE;
  if (test->sender != NULL)
    g_signal_connect_swapped (test->sender, "alert", G_CALLBACK (alert_cb), test);
  if (!dex_await (valija_engine_race (test->engine, valija_session_open (session), NULL), error))
    return FALSE;

  take_facts (test, session);
  return TRUE;
}

static void
run_half_fiber (Test *test, ValijaSide side, GError **error)
{
  if (!valija_account_has_side (test->account, side))
    return;

  if (side == VALIJA_SIDE_INCOMING)
    test_incoming_fiber (test, error);
  else
    test_outgoing_fiber (test, error);

  if (*error != NULL)
    valija_error_locate (error, valija_account_name_side (test->account, side), VALIJA_STEP_NONE);
  end_half (test, side, *error);
}

static DexFuture *
test_fiber (gpointer data)
{
  Test *test = data;
  g_autoptr(GError) incoming = NULL;
  g_autoptr(GError) outgoing = NULL;

  if (!valija_account_validate (test->account, &incoming))
    return dex_future_new_for_error (g_steal_pointer (&incoming));

  plan_steps (test, VALIJA_SIDE_INCOMING, incoming_steps, G_N_ELEMENTS (incoming_steps));
  plan_steps (test, VALIJA_SIDE_OUTGOING, outgoing_steps, G_N_ELEMENTS (outgoing_steps));

  run_half_fiber (test, VALIJA_SIDE_INCOMING, &incoming);
  if (valija_error_is_cancelled (incoming))
    return dex_future_new_for_error (g_steal_pointer (&incoming));

  run_half_fiber (test, VALIJA_SIDE_OUTGOING, &outgoing);

  if (incoming != NULL)
    return dex_future_new_for_error (g_steal_pointer (&incoming));
  if (outgoing != NULL)
    return dex_future_new_for_error (g_steal_pointer (&outgoing));

  return valija_future_new_take_ptr_array (g_ptr_array_ref (test->facts));
}

static DexFuture *
forgive_cb (DexFuture *future, gpointer user_data)
{
  ValijaAccountRuntime *runtime = user_data;

  /* Its password is right after all. */
  valija_account_runtime_forgive (runtime);
  return dex_ref (future);
}

DexFuture *
valija_engine_test_account (ValijaEngine  *self,
                            ValijaAccount *account,
                            ValijaSecret  *incoming,
                            ValijaSecret  *outgoing,
                            GListStore    *steps)
{
  ValijaAccountRuntime *runtime;
  DexFuture *tested;
  Test *test;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_ACCOUNT (account));
  dex_return_error_if_fail (G_IS_LIST_STORE (steps));

  test = g_new0 (Test, 1);
  test->engine = g_object_ref (self);
  test->account = valija_account_copy (account);
  test->context = valija_session_context_new (test->account, self->credentials, self->trust);
  test->steps = g_object_ref (steps);
  test->facts = g_ptr_array_new_with_free_func (g_free);
  valija_session_context_preset_secret (test->context, VALIJA_SIDE_INCOMING, incoming);
  valija_session_context_preset_secret (test->context, VALIJA_SIDE_OUTGOING, outgoing);
  test->outgoing = outgoing != NULL ? valija_secret_ref (outgoing) : NULL;
  watch_steps (test, test->context);
  g_set_object (&self->last_test, test->context);
  g_clear_object (&self->last_test_outgoing);

  tested = valija_engine_spawn (self, VALIJA_FLOW_CALLERS, "account test", test_fiber, test,
                                (GDestroyNotify) test_free);
  runtime = valija_engine_find_runtime (self, account);
  if (runtime == NULL)
    return tested;

  return dex_future_then (tested, forgive_cb, g_object_ref (runtime), g_object_unref);
}
