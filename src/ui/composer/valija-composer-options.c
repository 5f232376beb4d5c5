/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-composer-private.h"

/* Menus know their choices by name, compositions by number. */
static const char * const priorities[] = {
  [VALIJA_PRIORITY_NORMAL] = "normal",
  [VALIJA_PRIORITY_HIGH] = "high",
  [VALIJA_PRIORITY_LOW] = "low",
};

static const char * const confidentialities[] = {
  [VALIJA_CONFIDENTIALITY_NONE] = "none",
  [VALIJA_CONFIDENTIALITY_PERSONAL] = "personal",
  [VALIJA_CONFIDENTIALITY_PRIVATE] = "private",
  [VALIJA_CONFIDENTIALITY_CONFIDENTIAL] = "confidential",
};

static void
set_choice (ValijaComposer     *self,
            GSimpleAction      *action,
            GVariant           *state,
            const char * const *names,
            guint               n_names)
{
  const char *name = g_variant_get_string (state, NULL);

  for (guint i = 0; i < n_names; i++)
    if (g_str_equal (names[i], name))
      {
        g_object_set (self->composition, g_action_get_name (G_ACTION (action)), (int) i, NULL);
        g_simple_action_set_state (action, state);
        valija_composer_changed (self);
      }
}

static void
change_priority (GSimpleAction *action,
                 GVariant      *state,
                 gpointer       data)
{
  set_choice (data, action, state, priorities, G_N_ELEMENTS (priorities));
}

static void
change_confidentiality (GSimpleAction *action,
                        GVariant      *state,
                        gpointer       data)
{
  set_choice (data, action, state, confidentialities, G_N_ELEMENTS (confidentialities));
}

static void
add_choice (ValijaComposer *self,
            const char     *name,
            const char     *state,
            GCallback       change_state)
{
  g_autoptr(GSimpleAction) action = g_simple_action_new_stateful (name, G_VARIANT_TYPE_STRING,
                                                                  g_variant_new_string (state));

  g_signal_connect_object (action, "change-state", change_state, self, 0);
  g_action_map_add_action (G_ACTION_MAP (self->options), G_ACTION (action));
}

static void
add_switch (ValijaComposer *self,
            const char     *name)
{
  g_autoptr(GPropertyAction) action = g_property_action_new (name, self->composition, name);

  g_action_map_add_action (G_ACTION_MAP (self->options), G_ACTION (action));
  g_signal_connect_object (action, "notify::state", G_CALLBACK (valija_composer_changed), self, G_CONNECT_SWAPPED);
}

void
valija_composer_bind_options (ValijaComposer *self)
{
  int priority, confidentiality;

  g_object_get (self->composition, "priority", &priority, "confidentiality", &confidentiality, NULL);

  self->options = g_simple_action_group_new ();
  add_switch (self, "read-confirmation");
  add_switch (self, "delivery-receipt");
  add_choice (self, "priority", priorities[CLAMP (priority, 0, (int) G_N_ELEMENTS (priorities) - 1)],
              G_CALLBACK (change_priority));
  add_choice (self, "confidentiality",
              confidentialities[CLAMP (confidentiality, 0, (int) G_N_ELEMENTS (confidentialities) - 1)],
              G_CALLBACK (change_confidentiality));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "options", G_ACTION_GROUP (self->options));
}
