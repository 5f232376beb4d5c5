/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-servers-page.h"

#include "ui/setup/valija-server-group.h"
#include "ui/valija-body-days.h"

#include <glib/gi18n-lib.h>

#define DEFAULT_DELETE_DAYS 30

struct _ValijaServersPage
{
  AdwNavigationPage   parent_instance;

  AdwBanner          *banner;
  GtkWidget          *hint_group;
  GtkLabel           *hint;
  ValijaServerGroup  *incoming;
  GtkWidget          *sending_group;
  AdwSwitchRow       *pair_row;
  AdwSwitchRow       *same_row;
  ValijaServerGroup  *outgoing;
  AdwComboRow        *keep_row;
  AdwComboRow        *bodies_row;
  AdwSwitchRow       *removed_row;
  AdwExpanderRow     *delete_row;
  AdwSpinRow         *days_row;
  AdwSpinRow         *timeout_row;
  GtkWidget          *content;
  GtkWidget          *searching_box;
  GtkLabel           *searching_label;
  GtkWidget          *stop_button;
  GtkWidget          *next_button;

  const ValijaMethod *method;
  ValijaAccount      *account;
  ValijaServerGroup  *asked;          /* (nullable) (transfer none): one of the two, for its password */
  gboolean            stored;
};

G_DEFINE_FINAL_TYPE (ValijaServersPage, valija_servers_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  NEXT,
  FIND,
  STOP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const struct
{
  ValijaKeepSent keep;
  const char *label;
} keeping[] = {
  { VALIJA_KEEP_SENT_HERE, N_("On This Computer") },
  { VALIJA_KEEP_SENT_NOT, N_("Not Kept") },
  { VALIJA_KEEP_SENT_SERVER, N_("In the Server’s Sent Folder") },
};

/* Only who reads folders on the server can file there: the last choice is left out for the others. */
static guint
count_choices (ValijaServersPage *self)
{
  return (self->method->capabilities & VALIJA_CAPABILITY_ORGANIZE) != 0 ? G_N_ELEMENTS (keeping)
                                                                        : G_N_ELEMENTS (keeping) - 1;
}

static void
load_bodies (ValijaServersPage *self,
             gboolean           visible)
{
  g_autoptr(GListModel) labels = valija_body_days_new_model ();

  adw_combo_row_set_model (self->bodies_row, labels);
  adw_combo_row_set_selected (self->bodies_row, valija_body_days_find (valija_account_get_body_days (self->account)));
  gtk_widget_set_visible (GTK_WIDGET (self->bodies_row), visible);
}

/* What was set by hand stays unless another choice was made. */
static void
store_bodies (ValijaServersPage *self)
{
  guint chosen = adw_combo_row_get_selected (self->bodies_row);

  if (gtk_widget_get_visible (GTK_WIDGET (self->bodies_row)) &&
      chosen != valija_body_days_find (valija_account_get_body_days (self->account)))
    g_object_set (self->account, "body-days", valija_body_days_get (chosen), NULL);
}

static gboolean
sends (ValijaServersPage *self)
{
  return self->method->uses_outgoing || (self->method->pairs_outgoing && adw_switch_row_get_active (self->pair_row));
}

static gboolean
shares_sign_in (ValijaServersPage *self)
{
  return self->method->uses_incoming && sends (self) && adw_switch_row_get_active (self->same_row);
}

static void
changed_cb (ValijaServersPage *self)
{
  adw_banner_set_revealed (self->banner, FALSE);
}

static void
pairing_changed_cb (ValijaServersPage *self)
{
  if (self->method == NULL)
    return;

  gtk_widget_set_visible (GTK_WIDGET (self->same_row), self->method->uses_incoming && sends (self));
  gtk_widget_set_visible (GTK_WIDGET (self->outgoing), sends (self));
  gtk_widget_set_visible (GTK_WIDGET (self->keep_row), sends (self));
  valija_server_group_set_own_sign_in (self->outgoing, !shares_sign_in (self));
  changed_cb (self);
}

static void
deleting_changed_cb (ValijaServersPage *self)
{
  int days = (int) adw_spin_row_get_value (self->days_row);
  g_autofree char *text = NULL;

  if (!adw_expander_row_get_enable_expansion (self->delete_row))
    text = g_strdup (adw_switch_row_get_active (self->removed_row) ? _("Never: what you keep here stays there, too")
                                                                  : _("Never: Valija leaves your mail there"));
  else if (days == 0)
    text = g_strdup (_("As soon as the copy on this computer is safe"));
  else
    text = g_strdup_printf (ngettext ("%d day after it was fetched", "%d days after it was fetched", days), days);

  adw_expander_row_set_subtitle (self->delete_row, text);
}

static void
complain (ValijaServersPage *self,
          const char        *text)
{
  adw_banner_set_title (self->banner, text);
  adw_banner_set_revealed (self->banner, TRUE);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static void
store (ValijaServersPage *self)
{
  ValijaServer *incoming = valija_account_get_incoming (self->account);
  ValijaServer *outgoing = valija_account_get_outgoing (self->account);
  gboolean deletes = gtk_widget_get_visible (GTK_WIDGET (self->delete_row)) &&
                     adw_expander_row_get_enable_expansion (self->delete_row);

  if (self->method->uses_incoming)
    valija_server_group_store (self->incoming, incoming);

  if (sends (self))
    {
      valija_server_group_store (self->outgoing, outgoing);
      if (shares_sign_in (self))
        g_object_set (outgoing, "user", valija_server_get_user (incoming), NULL);
    }
  else
    g_object_set (outgoing, "host", "", NULL);

  store_bodies (self);
  g_object_set (self->account,
                "keep-sent", (int) keeping[adw_combo_row_get_selected (self->keep_row)].keep,
                "delete-after-days", deletes ? (int) adw_spin_row_get_value (self->days_row) : -1,
                "delete-removed", gtk_widget_get_visible (GTK_WIDGET (self->removed_row)) &&
                                  adw_switch_row_get_active (self->removed_row),
                "timeout", (guint) adw_spin_row_get_value (self->timeout_row),
                NULL);
}

static gboolean
focus_missing (ValijaServersPage *self)
{
  return (self->method->uses_incoming && valija_server_group_focus_missing (self->incoming, self->stored)) ||
         (sends (self) && valija_server_group_focus_missing (self->outgoing, self->stored));
}

/* With a known provider the password is all that is left to type. */
static void
shown_cb (ValijaServersPage *self)
{
  if (self->asked == NULL)
    focus_missing (self);
  else
    valija_server_group_focus (self->asked, TRUE);
}

/* A dialog gives nobody the focus before it is there, which is after this page was shown in it. */
static void
mapped_cb (ValijaServersPage *self)
{
  if (self->asked != NULL)
    valija_server_group_focus (self->asked, TRUE);
}

static void
next_clicked_cb (ValijaServersPage *self)
{
  g_autoptr(GError) error = NULL;

  if (focus_missing (self))
    {
      complain (self, _("Something is missing: fill in the field that is marked."));
      return;
    }

  store (self);

  if (self->method->finds_server && *valija_server_get_host (valija_account_get_incoming (self->account)) == '\0')
    {
      g_signal_emit (self, signals[FIND], 0);
      return;
    }

  if (!valija_account_validate (self->account, &error))
    {
      complain (self, error->message);
      return;
    }

  g_signal_emit (self, signals[NEXT], 0);
}

static void
stop_clicked_cb (ValijaServersPage *self)
{
  g_signal_emit (self, signals[STOP], 0);
}

/* Going back is a way to stop looking, too. */
static void
hiding_cb (ValijaServersPage *self)
{
  g_signal_emit (self, signals[STOP], 0);
}

static void
load_keeping (ValijaServersPage *self)
{
  g_autoptr(GtkStringList) labels = gtk_string_list_new (NULL);
  guint n_choices = count_choices (self);
  guint selected = 0;

  for (guint i = 0; i < n_choices; i++)
    {
      gtk_string_list_append (labels, _(keeping[i].label));
      if (keeping[i].keep == valija_account_get_keep_sent (self->account))
        selected = i;
    }

  adw_combo_row_set_model (self->keep_row, G_LIST_MODEL (labels));
  adw_combo_row_set_selected (self->keep_row, selected);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->keep_row),
                               n_choices < G_N_ELEMENTS (keeping) ? _("The server keeps none") : "");
}

static void
valija_servers_page_dispose (GObject *object)
{
  ValijaServersPage *self = VALIJA_SERVERS_PAGE (object);

  g_clear_object (&self->account);
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_SERVERS_PAGE);

  G_OBJECT_CLASS (valija_servers_page_parent_class)->dispose (object);
}

static void
valija_servers_page_class_init (ValijaServersPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (VALIJA_TYPE_SERVER_GROUP);

  object_class->dispose = valija_servers_page_dispose;

  signals[NEXT] = g_signal_new ("next", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  signals[FIND] = g_signal_new ("find", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[STOP] = g_signal_new ("stop", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-servers-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, banner);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, hint_group);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, hint);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, incoming);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, sending_group);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, pair_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, same_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, outgoing);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, keep_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, removed_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, delete_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, days_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, bodies_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, timeout_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, content);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, searching_box);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, searching_label);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, stop_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaServersPage, next_button);
  gtk_widget_class_bind_template_callback (widget_class, hiding_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, pairing_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, mapped_cb);
  gtk_widget_class_bind_template_callback (widget_class, deleting_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_clicked_cb);
}

static void
valija_servers_page_init (ValijaServersPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
valija_servers_page_load (ValijaServersPage  *self,
                          const ValijaMethod *method,
                          ValijaAccount      *account,
                          gboolean            stored)
{
  ValijaServer *incoming = valija_account_get_incoming (account);
  ValijaServer *outgoing = valija_account_get_outgoing (account);
  gboolean fetches = (method->capabilities & VALIJA_CAPABILITY_READ) != 0 &&
                     (method->capabilities & VALIJA_CAPABILITY_ORGANIZE) == 0;
  int days = valija_account_get_delete_after_days (account);
  gboolean same;

  g_return_if_fail (VALIJA_IS_SERVERS_PAGE (self));

  self->method = method;
  self->stored = stored;
  self->asked = NULL;
  g_set_object (&self->account, account);

  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), method->finds_server ? _("Sign In") : _("Servers"));
  valija_server_group_set_one_server (self->incoming, method->finds_server);
  valija_server_group_show_host (self->incoming,
                                 !method->finds_server || *valija_server_get_host (incoming) != '\0');
  valija_server_group_load (self->incoming, incoming, method->incoming_ports, FALSE);
  valija_server_group_load (self->outgoing, outgoing, method->outgoing_ports, TRUE);

  gtk_widget_set_visible (GTK_WIDGET (self->incoming), method->uses_incoming);
  gtk_widget_set_visible (self->sending_group,
                          method->uses_incoming && (method->uses_outgoing || method->pairs_outgoing));
  gtk_widget_set_visible (GTK_WIDGET (self->pair_row), method->pairs_outgoing);
  adw_switch_row_set_active (self->pair_row, !stored || *valija_server_get_host (outgoing) != '\0');

  same = !stored || g_str_equal (valija_server_get_user (incoming), valija_server_get_user (outgoing));
  adw_switch_row_set_active (self->same_row, same);

  load_keeping (self);
  load_bodies (self, method->uses_incoming && !fetches);

  gtk_widget_set_visible (GTK_WIDGET (self->removed_row), fetches);
  adw_switch_row_set_active (self->removed_row, valija_account_get_delete_removed (account));
  gtk_widget_set_visible (GTK_WIDGET (self->delete_row), fetches);
  adw_spin_row_set_value (self->days_row, days >= 0 ? days : DEFAULT_DELETE_DAYS);
  adw_expander_row_set_enable_expansion (self->delete_row, days >= 0);
  adw_spin_row_set_value (self->timeout_row, valija_account_get_timeout (account));

  pairing_changed_cb (self);
  deleting_changed_cb (self);
}

void
valija_servers_page_ask_password (ValijaServersPage *self,
                                  ValijaSide         side)
{
  gboolean of_outgoing;

  g_return_if_fail (VALIJA_IS_SERVERS_PAGE (self));

  of_outgoing = side == VALIJA_SIDE_OUTGOING && sends (self) && !shares_sign_in (self);
  self->asked = of_outgoing || !self->method->uses_incoming ? self->outgoing : self->incoming;
}

void
valija_servers_page_set_searching (ValijaServersPage *self,
                                   const char        *domain)
{
  g_autofree char *text = NULL;

  g_return_if_fail (VALIJA_IS_SERVERS_PAGE (self));

  if ((domain != NULL) == gtk_widget_get_visible (self->searching_box))
    return;

  /* The focus never stays on what cannot have it any more */
  gtk_widget_set_visible (self->searching_box, TRUE);
  gtk_widget_set_visible (self->next_button, TRUE);
  gtk_widget_grab_focus (domain != NULL ? self->stop_button : self->next_button);
  gtk_widget_set_sensitive (self->content, domain == NULL);
  gtk_widget_set_visible (self->searching_box, domain != NULL);
  gtk_widget_set_visible (self->next_button, domain == NULL);
  if (domain == NULL)
    return;

  /* Translators: the domain of a mail address */
  text = g_strdup_printf (_("Looking for the server of %s…"), domain);
  gtk_label_set_text (self->searching_label, text);
  adw_banner_set_revealed (self->banner, FALSE);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

void
valija_servers_page_show_server (ValijaServersPage *self)
{
  g_return_if_fail (VALIJA_IS_SERVERS_PAGE (self));

  valija_server_group_show_server (self->incoming, valija_account_get_incoming (self->account));
}

void
valija_servers_page_ask_server (ValijaServersPage *self,
                                const GError      *error)
{
  g_return_if_fail (VALIJA_IS_SERVERS_PAGE (self));

  /* That it would be found by itself is not true any more */
  valija_servers_page_set_hint (self, NULL);
  valija_server_group_show_host (self->incoming, TRUE);
  valija_server_group_focus (self->incoming, g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION));
  complain (self, error != NULL ? error->message : _("Type the server’s name; your administrator knows it."));
}

void
valija_servers_page_set_hint (ValijaServersPage *self,
                              const char        *hint)
{
  g_return_if_fail (VALIJA_IS_SERVERS_PAGE (self));

  gtk_label_set_text (self->hint, hint != NULL ? hint : "");
  gtk_widget_set_visible (self->hint_group, hint != NULL);
}

ValijaSecret *
valija_servers_page_dup_secret (ValijaServersPage *self,
                                ValijaSide         side)
{
  g_return_val_if_fail (VALIJA_IS_SERVERS_PAGE (self), NULL);

  if (side == VALIJA_SIDE_INCOMING || shares_sign_in (self))
    return valija_server_group_dup_secret (self->incoming);

  return valija_server_group_dup_secret (self->outgoing);
}
