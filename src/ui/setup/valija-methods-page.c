/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-methods-page.h"

#include "ui/setup/valija-comparison.h"
#include "ui/setup/valija-method-card.h"

#include <glib/gi18n-lib.h>

/* Fewer letters are the beginning of anything. */
#define SHORTEST_QUESTION 3

struct _ValijaMethodsPage
{
  AdwNavigationPage           parent_instance;

  GtkScrolledWindow          *scroller;
  GtkEditable                *ask_row;
  AdwWrapBox                 *examples;
  GtkRevealer                *revealer;
  GtkImage                   *suggestion_icon;
  GtkLabel                   *suggestion_title;
  GtkLabel                   *suggestion_reason;
  GtkLabel                   *suggestion_servers;
  GtkWidget                  *suggestion_buttons;
  GtkButton                  *set_up_button;
  GtkButton                  *read_button;
  GtkListBox                 *service_box;
  GtkListBox                 *protocol_box;
  ValijaComparison           *comparison;

  const ValijaMethod * const *methods;
  ValijaSuggestion           *suggestion;
};

G_DEFINE_FINAL_TYPE (ValijaMethodsPage, valija_methods_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  METHOD_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const char * const examples[] = {
  N_("My work uses Microsoft 365"),
  N_("I was given a POP server"),
  N_("I have Gmail"),
  N_("I only want to send"),
};

static const ValijaMethod *
find_method (ValijaMethodsPage *self,
             const char        *id)
{
  for (guint i = 0; id != NULL && self->methods[i] != NULL; i++)
    {
      if (g_str_equal (self->methods[i]->id, id))
        return self->methods[i];
    }

  return NULL;
}

static char *
describe_servers (const ValijaSuggestion *suggestion)
{
  if (suggestion->incoming_host != NULL && suggestion->outgoing_host != NULL)
    return g_strdup_printf (_("Servers: %s to read, %s to send"), suggestion->incoming_host, suggestion->outgoing_host);
  if (suggestion->incoming_host != NULL)
    return g_strdup_printf (_("Server: %s"), suggestion->incoming_host);
  if (suggestion->outgoing_host != NULL)
    return g_strdup_printf (_("Server: %s"), suggestion->outgoing_host);

  return g_strdup ("");
}

static void
show_suggestion (ValijaMethodsPage *self)
{
  const ValijaSuggestion *suggestion = self->suggestion;
  const ValijaMethod *method = find_method (self, suggestion->method);
  g_autofree char *servers = describe_servers (suggestion);
  g_autofree char *title = NULL;
  g_autofree char *set_up = NULL;
  g_autofree char *read = NULL;

  gtk_label_set_text (self->suggestion_reason, suggestion->reason);
  gtk_label_set_text (self->suggestion_servers, servers);
  gtk_widget_set_visible (GTK_WIDGET (self->suggestion_servers), *servers != '\0');
  gtk_widget_set_visible (self->suggestion_buttons, method != NULL);

  if (method == NULL)
    {
      gtk_image_set_from_icon_name (self->suggestion_icon, "action-unavailable-symbolic");
      gtk_label_set_text (self->suggestion_title, _("No Way In"));
      return;
    }

  /* Translators: the name of a connection method, three times: as a suggestion, and on two buttons */
  title = g_strdup_printf (_("Valija suggests %s"), valija_method_text (method->name));
  set_up = g_strdup_printf (_("Set Up %s…"), valija_method_text (method->name));
  read = g_strdup_printf (_("Read About %s"), valija_method_text (method->name));

  gtk_image_set_from_icon_name (self->suggestion_icon, method->icon_name);
  gtk_label_set_text (self->suggestion_title, title);
  gtk_button_set_label (self->set_up_button, set_up);
  gtk_button_set_label (self->read_button, read);
  gtk_widget_set_visible (GTK_WIDGET (self->set_up_button), method->available);
}

/* The words match nothing: a way on, and not silence. */
static void
show_nothing (ValijaMethodsPage *self)
{
  gtk_image_set_from_icon_name (self->suggestion_icon, "edit-find-symbolic");
  gtk_label_set_text (self->suggestion_title, _("No Suggestion Found"));
  gtk_label_set_text (self->suggestion_reason,
                      _("Write your mail address, the name of your provider, or a word that you were given, such as "
                        "IMAP or Exchange. Or choose one of the ways below."));
  gtk_widget_set_visible (GTK_WIDGET (self->suggestion_servers), FALSE);
  gtk_widget_set_visible (self->suggestion_buttons, FALSE);
}

static void
ask_changed_cb (ValijaMethodsPage *self)
{
  const char *text = gtk_editable_get_text (self->ask_row);
  g_autofree char *before = g_strdup (gtk_label_get_text (self->suggestion_title));
  gboolean shown;

  g_clear_pointer (&self->suggestion, valija_suggestion_free);
  self->suggestion = valija_method_suggest (text);
  shown = self->suggestion != NULL || g_utf8_strlen (text, -1) >= SHORTEST_QUESTION;

  if (self->suggestion != NULL)
    show_suggestion (self);
  else if (shown)
    show_nothing (self);

  if (shown && (!gtk_revealer_get_reveal_child (self->revealer) ||
                !g_str_equal (before, gtk_label_get_text (self->suggestion_title))))
    gtk_accessible_announce (GTK_ACCESSIBLE (self), gtk_label_get_text (self->suggestion_title),
                             GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);

  gtk_revealer_set_reveal_child (self->revealer, shown);
}

static void
activate_suggestion (ValijaMethodsPage *self,
                     gboolean           set_up)
{
  if (self->suggestion == NULL || self->suggestion->method == NULL)
    return;

  g_signal_emit (self, signals[METHOD_ACTIVATED], 0, self->suggestion->method, self->suggestion, set_up);
}

static void
ask_activated_cb (ValijaMethodsPage *self)
{
  activate_suggestion (self, FALSE);
}

static void
suggestion_set_up_cb (ValijaMethodsPage *self)
{
  activate_suggestion (self, TRUE);
}

static void
suggestion_read_cb (ValijaMethodsPage *self)
{
  activate_suggestion (self, FALSE);
}

static void
example_clicked_cb (GtkButton         *button,
                    ValijaMethodsPage *self)
{
  gtk_editable_set_text (self->ask_row, gtk_button_get_label (button));
  gtk_widget_grab_focus (GTK_WIDGET (self->ask_row));
  gtk_editable_set_position (self->ask_row, -1);
}

static void
card_activated_cb (ValijaMethodsPage *self,
                   ValijaMethodCard  *card)
{
  g_signal_emit (self, signals[METHOD_ACTIVATED], 0, valija_method_card_get_method (card)->id, NULL, FALSE);
}

static void
comparison_activated_cb (ValijaMethodsPage *self,
                         const char        *id)
{
  g_signal_emit (self, signals[METHOD_ACTIVATED], 0, id, NULL, FALSE);
}

/* The views differ in height: what one was scrolled to says nothing in the other. */
static void
view_changed_cb (ValijaMethodsPage *self)
{
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
}

static void
valija_methods_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_METHODS_PAGE);

  G_OBJECT_CLASS (valija_methods_page_parent_class)->dispose (object);
}

static void
valija_methods_page_finalize (GObject *object)
{
  ValijaMethodsPage *self = VALIJA_METHODS_PAGE (object);

  g_clear_pointer (&self->suggestion, valija_suggestion_free);

  G_OBJECT_CLASS (valija_methods_page_parent_class)->finalize (object);
}

static void
valija_methods_page_class_init (ValijaMethodsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (VALIJA_TYPE_COMPARISON);

  object_class->dispose = valija_methods_page_dispose;
  object_class->finalize = valija_methods_page_finalize;

  signals[METHOD_ACTIVATED] = g_signal_new ("method-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                            0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 3, G_TYPE_STRING, VALIJA_TYPE_SUGGESTION, G_TYPE_BOOLEAN);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-methods-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, ask_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, examples);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, revealer);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, suggestion_icon);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, suggestion_title);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, suggestion_reason);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, suggestion_servers);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, suggestion_buttons);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, set_up_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, read_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, service_box);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, protocol_box);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodsPage, comparison);
  gtk_widget_class_bind_template_callback (widget_class, ask_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, ask_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, suggestion_set_up_cb);
  gtk_widget_class_bind_template_callback (widget_class, suggestion_read_cb);
  gtk_widget_class_bind_template_callback (widget_class, view_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, card_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, comparison_activated_cb);
}

static void
valija_methods_page_init (ValijaMethodsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      GtkWidget *button = gtk_button_new_with_label (_(examples[i]));

      gtk_button_set_can_shrink (GTK_BUTTON (button), TRUE);
      gtk_widget_add_css_class (button, "method-example");
      g_signal_connect_object (button, "clicked", G_CALLBACK (example_clicked_cb), self, G_CONNECT_DEFAULT);
      adw_wrap_box_append (self->examples, button);
    }
}

void
valija_methods_page_set_methods (ValijaMethodsPage          *self,
                                 const ValijaMethod * const *methods)
{
  g_return_if_fail (VALIJA_IS_METHODS_PAGE (self));

  self->methods = methods;
  valija_comparison_set_methods (self->comparison, methods);

  for (guint i = 0; methods[i] != NULL; i++)
    {
      gboolean by_hand = (methods[i]->uses_incoming || methods[i]->uses_outgoing) && !methods[i]->finds_server;

      gtk_list_box_append (by_hand ? self->protocol_box : self->service_box, valija_method_card_new (methods[i]));
    }
}
