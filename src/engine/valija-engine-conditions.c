/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

/* What goes on around the engine: a line that is paid by the byte, a battery to be spared, a computer that slept. The
 * first two only keep whole messages from being fetched in the background; headers come, and what the user asks for
 * does. */

#define LOGIN_NAME "org.freedesktop.login1"
#define LOGIN_PATH "/org/freedesktop/login1"
#define LOGIN_MANAGER "org.freedesktop.login1.Manager"

/* Mail that is kept only here is fetched whole: there are no headers alone that would do for now. */
gboolean
valija_engine_spares (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  return (self->metered || self->power_saver) && !valija_account_runtime_is_durable (runtime);
}

/* Whether there is anything that could be left out. */
static gboolean
wants_any_bodies (ValijaAccountRuntime *runtime)
{
  GListModel *folders = G_LIST_MODEL (runtime->folders);
  gint64 since;

  if (valija_account_get_body_days (runtime->account) != 0)
    return TRUE;

  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if (valija_engine_wants_bodies (runtime, folder, 0, &since))
        return TRUE;
    }

  return FALSE;
}

void
valija_engine_tell_paused (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  const char *words = NULL;

  if (valija_account_get_paused (runtime->account))
    words = _("Paused: no mail is fetched until you resume.");
  else if (valija_engine_spares (self, runtime) && wants_any_bodies (runtime))
    words = self->metered ? _("Only headers are fetched for now: the network is metered.")
                          : _("Only headers are fetched for now: the computer saves power.");

  valija_account_status_set_paused (runtime->status, words);
}

/* Everybody tries now; @all: every folder, and not what changed alone, unless nobody is to look by himself. */
static void
wake_all (ValijaEngine *self, gboolean all)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->runtimes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      ValijaAccountRuntime *runtime = value;

      runtime->look_at_all |= all && self->check_interval > 0;
      runtime->reachable = TRUE;
      valija_account_runtime_wake (runtime);
    }

  valija_engine_outbox_due (self, 0);
}

void
valija_engine_set_conditions (ValijaEngine *self, gboolean metered, gboolean power_saver)
{
  gboolean spared = self->metered || self->power_saver;
  GHashTableIter iter;
  gpointer runtime;

  self->metered = metered;
  self->power_saver = power_saver;

  g_hash_table_iter_init (&iter, self->runtimes);
  while (g_hash_table_iter_next (&iter, NULL, &runtime))
    valija_engine_tell_paused (self, runtime);

  /* What was left out is made up for. */
  if (spared && !metered && !power_saver && self->started)
    wake_all (self, TRUE);
}

static void
conditions_changed_cb (ValijaEngine *self)
{
  valija_engine_set_conditions (self, g_network_monitor_get_network_metered (g_network_monitor_get_default ()),
                                g_power_profile_monitor_get_power_saver_enabled (self->power));
}

static void
network_changed_cb (ValijaEngine *self, gboolean available)
{
  /* It is only a hint to try at once: servers on this computer answer without any network. */
  if (available)
    wake_all (self, FALSE);
}

/* The connections of before a sleep are dead more often than not, and nobody tells: what waits for an answer on them
 * finds out by its time-out. Looking at once finds out sooner. */
static void
sleep_cb (GDBusConnection *connection,
          const char      *sender,
          const char      *path,
          const char      *interface,
          const char      *signal,
          GVariant        *parameters,
          gpointer         user_data)
{
  gboolean goes_to_sleep = FALSE;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;

  g_variant_get (parameters, "(b)", &goes_to_sleep);
  if (!goes_to_sleep)
    wake_all (user_data, TRUE);
}

static DexFuture *
watch_sleep_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  ValijaEngine *self = flow->engine;
  g_autoptr(GDBusConnection) bus = NULL;
  g_autoptr(GError) error = NULL;

  if (!(bus = dex_await_object (valija_engine_race (self, dex_bus_get (G_BUS_TYPE_SYSTEM), NULL), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (self->started && self->system_bus == NULL)
    {
      self->system_bus = g_object_ref (bus);
      /* Nothing that we do hangs on it. */
      g_dbus_connection_set_exit_on_close (bus, FALSE);
      self->sleep_subscription = g_dbus_connection_signal_subscribe (bus, LOGIN_NAME, LOGIN_MANAGER, "PrepareForSleep",
                                                                     LOGIN_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                                     sleep_cb, self, NULL);
    }

  return dex_future_new_true ();
}

void
valija_engine_watch_conditions (ValijaEngine *self)
{
  GNetworkMonitor *network = g_network_monitor_get_default ();

  self->power = g_power_profile_monitor_dup_default ();
  g_signal_connect_object (network, "network-changed", G_CALLBACK (network_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "notify::network-metered", G_CALLBACK (conditions_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->power, "notify::power-saver-enabled", G_CALLBACK (conditions_changed_cb), self,
                           G_CONNECT_SWAPPED);
  conditions_changed_cb (self);

  valija_future_forget (valija_engine_spawn (self, VALIJA_FLOW_OWNED, "sleep", watch_sleep_fiber,
                                             valija_flow_new (self, NULL), (GDestroyNotify) valija_flow_free),
                        "sleep");
}

void
valija_engine_unwatch_conditions (ValijaEngine *self)
{
  /* Who has watched nothing, as valijactl, would have the monitors made now */
  if (self->power != NULL)
    {
      g_signal_handlers_disconnect_by_data (g_network_monitor_get_default (), self);
      g_signal_handlers_disconnect_by_data (self->power, self);
    }
  g_clear_object (&self->power);

  if (self->system_bus != NULL)
    g_dbus_connection_signal_unsubscribe (self->system_bus, self->sleep_subscription);
  self->sleep_subscription = 0;
  g_clear_object (&self->system_bus);
}
