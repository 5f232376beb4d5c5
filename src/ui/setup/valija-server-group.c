/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-server-group.h"

#include <glib/gi18n-lib.h>

#define N_SECURITIES (VALIJA_SECURITY_NONE + 1)

typedef struct
{
  const char *name;
  const char *label;
} Mechanism;

struct _ValijaServerGroup
{
  AdwPreferencesGroup  parent_instance;

  GtkEditable         *host_row;
  AdwComboRow         *security_row;
  GtkWidget           *warning_row;
  AdwSwitchRow        *cleartext_row;
  AdwSpinRow          *port_row;
  GtkEditable         *user_row;
  GtkEditable         *password_row;
  AdwComboRow         *mechanism_row;
  AdwActionRow        *ca_row;
  GtkWidget           *ca_clear_button;

  guint16              ports[N_SECURITIES];
  char                *ca_file;
  GCancellable        *cancellable;
  gboolean             anonymous;
  gboolean             own_sign_in;
  gboolean             one_server;
  const Mechanism     *mechanisms;
  guint                n_mechanisms;
};

G_DEFINE_FINAL_TYPE (ValijaServerGroup, valija_server_group, ADW_TYPE_PREFERENCES_GROUP)

enum
{
  CHANGED,
  SUBMITTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Of the protocols of mail: RFC names, which are not translated. */
static const Mechanism mail_mechanisms[] = {
  { "", N_("Automatic") },
  { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256-PLUS" },
  { "SCRAM-SHA-256", "SCRAM-SHA-256" },
  { "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1-PLUS" },
  { "SCRAM-SHA-1", "SCRAM-SHA-1" },
  { "CRAM-MD5", "CRAM-MD5" },
  { "PLAIN", "PLAIN" },
  { "LOGIN", "LOGIN" },
};

/* Of the web. */
static const Mechanism web_mechanisms[] = {
  { "", N_("Automatic") },
  { "ntlm", "NTLM" },
  { "basic", N_("Basic") },
  { "negotiate", N_("Kerberos (Negotiate), Without a Password") },
};

static void
changed_cb (ValijaServerGroup *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
submitted_cb (ValijaServerGroup *self)
{
  g_signal_emit (self, signals[SUBMITTED], 0);
}

static gboolean
is_usual_port (ValijaServerGroup *self,
               guint              port)
{
  for (guint i = 0; i < N_SECURITIES; i++)
    {
      if (self->ports[i] == port)
        return TRUE;
    }

  return FALSE;
}

/* The port follows the protection until the user has chosen one of his own. */
static void
security_changed_cb (ValijaServerGroup *self)
{
  ValijaSecurity security = adw_combo_row_get_selected (self->security_row);
  gboolean open = security == VALIJA_SECURITY_NONE;

  if (security < N_SECURITIES && is_usual_port (self, (guint) adw_spin_row_get_value (self->port_row)))
    adw_spin_row_set_value (self->port_row, self->ports[security]);

  gtk_widget_set_visible (self->warning_row, open);
  gtk_widget_set_visible (GTK_WIDGET (self->cleartext_row), open);
  changed_cb (self);
}

static void
show_ca_file (ValijaServerGroup *self,
              const char        *path)
{
  g_autofree char *name = NULL;

  g_set_str (&self->ca_file, path);
  name = *path != '\0' ? g_filename_display_name (path) : NULL;
  adw_action_row_set_subtitle (self->ca_row, name != NULL ? name : _("Those that this computer trusts"));
  gtk_widget_set_visible (self->ca_clear_button, name != NULL);
}

static void
ca_chosen_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(ValijaServerGroup) self = user_data;
  g_autoptr(GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  /* Dismissed, or gone with the dialog */
  if (file == NULL || g_file_peek_path (file) == NULL)
    return;

  show_ca_file (self, g_file_peek_path (file));
  changed_cb (self);
}

static void
ca_clicked_cb (ValijaServerGroup *self)
{
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr(GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _("Certificates (PEM)"));
  gtk_file_filter_add_suffix (filter, "pem");
  gtk_file_filter_add_suffix (filter, "crt");
  gtk_file_filter_add_suffix (filter, "cer");
  gtk_file_dialog_set_title (dialog, _("Choose the Authorities to Trust"));
  gtk_file_dialog_set_default_filter (dialog, filter);
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), self->cancellable,
                        ca_chosen_cb, g_object_ref (self));
}

static void
ca_cleared_cb (ValijaServerGroup *self)
{
  show_ca_file (self, "");
  changed_cb (self);
}

static void
valija_server_group_dispose (GObject *object)
{
  ValijaServerGroup *self = VALIJA_SERVER_GROUP (object);

  g_cancellable_cancel (self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_SERVER_GROUP);

  G_OBJECT_CLASS (valija_server_group_parent_class)->dispose (object);
}

static void
valija_server_group_finalize (GObject *object)
{
  ValijaServerGroup *self = VALIJA_SERVER_GROUP (object);

  g_clear_object (&self->cancellable);
  g_free (self->ca_file);

  G_OBJECT_CLASS (valija_server_group_parent_class)->finalize (object);
}

static void
valija_server_group_class_init (ValijaServerGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_server_group_dispose;
  object_class->finalize = valija_server_group_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SUBMITTED] = g_signal_new ("submitted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                     0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-server-group.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaServerGroup, host_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServerGroup, security_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServerGroup, warning_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServerGroup, cleartext_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServerGroup, port_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServerGroup, user_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServerGroup, password_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServerGroup, mechanism_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServerGroup, ca_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaServerGroup, ca_clear_button);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, submitted_cb);
  gtk_widget_class_bind_template_callback (widget_class, security_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, ca_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, ca_cleared_cb);
}

static void
show_mechanisms (ValijaServerGroup *self)
{
  g_autoptr(GtkStringList) labels = gtk_string_list_new (NULL);

  self->mechanisms = self->one_server ? web_mechanisms : mail_mechanisms;
  self->n_mechanisms = self->one_server ? G_N_ELEMENTS (web_mechanisms) : G_N_ELEMENTS (mail_mechanisms);
  for (guint i = 0; i < self->n_mechanisms; i++)
    gtk_string_list_append (labels, _(self->mechanisms[i].label));
  adw_combo_row_set_model (self->mechanism_row, G_LIST_MODEL (labels));
}

static void
valija_server_group_init (ValijaServerGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  self->own_sign_in = TRUE;
  /* AdwSpinRow does not tell of Enter. */
  g_signal_connect_swapped (gtk_editable_get_delegate (GTK_EDITABLE (self->port_row)), "activate",
                            G_CALLBACK (submitted_cb), self);
  show_ca_file (self, "");
  show_mechanisms (self);
}

void
valija_server_group_load (ValijaServerGroup *self,
                          ValijaServer      *server,
                          const guint16     *ports,
                          gboolean           anonymous)
{
  ValijaSecurity security = valija_server_get_security (server);
  guint port = valija_server_get_port (server);

  g_return_if_fail (VALIJA_IS_SERVER_GROUP (self));

  for (guint i = 0; i < N_SECURITIES; i++)
    self->ports[i] = ports[i];
  self->anonymous = anonymous;

  gtk_editable_set_text (self->host_row, valija_server_get_host (server));
  gtk_editable_set_text (self->user_row, valija_server_get_user (server));
  gtk_editable_set_text (self->password_row, "");
  adw_combo_row_set_selected (self->security_row, security);
  adw_spin_row_set_value (self->port_row, port != 0 ? port : ports[security]);
  adw_switch_row_set_active (self->cleartext_row, valija_server_get_cleartext_password (server));
  show_ca_file (self, valija_server_get_ca_file (server));

  for (guint i = 0; i < self->n_mechanisms; i++)
    {
      if (g_ascii_strcasecmp (self->mechanisms[i].name, valija_server_get_mechanism (server)) == 0)
        adw_combo_row_set_selected (self->mechanism_row, i);
    }

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->user_row),
                                 anonymous ? _("User Name (Empty: No Sign-In)") : _("User Name"));
}

void
valija_server_group_store (ValijaServerGroup *self,
                           ValijaServer      *server)
{
  g_autofree char *host = NULL;
  g_autofree char *user = NULL;

  g_return_if_fail (VALIJA_IS_SERVER_GROUP (self));

  /* What is typed counts, though nobody has left the row yet. */
  adw_spin_row_update (self->port_row);
  host = g_strstrip (g_strdup (gtk_editable_get_text (self->host_row)));
  user = g_strstrip (g_strdup (gtk_editable_get_text (self->user_row)));

  g_object_set (server,
                "host", host,
                "security", (int) adw_combo_row_get_selected (self->security_row),
                "port", (guint) adw_spin_row_get_value (self->port_row),
                "mechanism", self->mechanisms[adw_combo_row_get_selected (self->mechanism_row)].name,
                "ca-file", self->ca_file,
                "cleartext-password", adw_switch_row_get_active (self->cleartext_row),
                NULL);

  if (self->own_sign_in)
    g_object_set (server, "user", user, NULL);
}

ValijaSecret *
valija_server_group_dup_secret (ValijaServerGroup *self)
{
  const char *password;

  g_return_val_if_fail (VALIJA_IS_SERVER_GROUP (self), NULL);

  password = gtk_editable_get_text (self->password_row);

  return *password != '\0' && self->own_sign_in ? valija_secret_new (password, -1) : NULL;
}

void
valija_server_group_set_own_sign_in (ValijaServerGroup *self,
                                     gboolean           own)
{
  g_return_if_fail (VALIJA_IS_SERVER_GROUP (self));

  self->own_sign_in = own;
  gtk_widget_set_visible (GTK_WIDGET (self->user_row), own);
  gtk_widget_set_visible (GTK_WIDGET (self->password_row), own);
}

void
valija_server_group_set_one_server (ValijaServerGroup *self,
                                    gboolean           one_server)
{
  g_return_if_fail (VALIJA_IS_SERVER_GROUP (self));

  self->one_server = one_server;
  gtk_widget_set_visible (GTK_WIDGET (self->security_row), !one_server);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), one_server ? "" : _("Incoming Server"));
  show_mechanisms (self);
  valija_server_group_show_host (self, !one_server);
}

void
valija_server_group_show_host (ValijaServerGroup *self,
                               gboolean           visible)
{
  g_return_if_fail (VALIJA_IS_SERVER_GROUP (self));

  gtk_widget_set_visible (GTK_WIDGET (self->host_row), visible);
  gtk_widget_set_visible (GTK_WIDGET (self->port_row), visible);
}

void
valija_server_group_show_server (ValijaServerGroup *self,
                                 ValijaServer      *server)
{
  g_return_if_fail (VALIJA_IS_SERVER_GROUP (self));

  gtk_editable_set_text (self->host_row, valija_server_get_host (server));
  adw_combo_row_set_selected (self->security_row, valija_server_get_security (server));
  adw_spin_row_set_value (self->port_row, valija_server_get_port (server));
  valija_server_group_show_host (self, TRUE);
}

void
valija_server_group_focus (ValijaServerGroup *self,
                           gboolean           on_password)
{
  g_return_if_fail (VALIJA_IS_SERVER_GROUP (self));

  gtk_widget_grab_focus (GTK_WIDGET (on_password ? self->password_row : self->host_row));
}

/* With the ticket of this computer no password is wanted. */
static gboolean
needs_no_password (ValijaServerGroup *self)
{
  return g_str_equal (self->mechanisms[adw_combo_row_get_selected (self->mechanism_row)].name, "negotiate");
}

static gboolean
ask_for (GtkEditable *row)
{
  gtk_widget_grab_focus (GTK_WIDGET (row));

  return TRUE;
}

gboolean
valija_server_group_focus_missing (ValijaServerGroup *self,
                                   gboolean           password_known)
{
  gboolean has_user;

  g_return_val_if_fail (VALIJA_IS_SERVER_GROUP (self), FALSE);

  /* That server is looked for */
  if (!self->one_server && *gtk_editable_get_text (self->host_row) == '\0')
    return ask_for (self->host_row);

  if (!self->own_sign_in)
    return FALSE;

  has_user = *gtk_editable_get_text (self->user_row) != '\0';
  if (!has_user && !self->anonymous && !self->one_server)
    return ask_for (self->user_row);

  if ((has_user || self->one_server) && !password_known && !needs_no_password (self) &&
      *gtk_editable_get_text (self->password_row) == '\0')
    return ask_for (self->password_row);

  return FALSE;
}
