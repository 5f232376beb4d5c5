/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-method-page.h"

#include "ui/setup/valija-answer-label.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define ANSWER_CHARS 11

struct _ValijaMethodPage
{
  AdwNavigationPage    parent_instance;

  GtkImage            *icon;
  GtkLabel            *name;
  GtkLabel            *kind;
  GtkLabel            *tagline;
  GtkLabel            *summary;
  AdwPreferencesGroup *own;
  AdwPreferencesGroup *facts;
  AdwPreferencesGroup *answers;
  AdwPreferencesGroup *caveats;
  AdwPreferencesGroup *needs;
  AdwPreferencesGroup *happens;
  GtkWidget           *original_group;
  GtkLabel            *original;
  GtkWidget           *bottom;
  GtkButton           *set_up_button;
  GtkWidget           *why_not;

  const ValijaMethod  *method;
};

G_DEFINE_FINAL_TYPE (ValijaMethodPage, valija_method_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  SET_UP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* A sentence in a list, with a symbol that @meaning says in words for those who do not see it. */
static AdwActionRow *
add_row (AdwPreferencesGroup *group,
         const char          *icon_name,
         const char          *style,
         const char          *meaning,
         const char          *title,
         const char          *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *image = g_object_new (GTK_TYPE_IMAGE,
                                   "icon-name", icon_name,
                                   "accessible-role", meaning != NULL ? GTK_ACCESSIBLE_ROLE_IMG
                                                                      : GTK_ACCESSIBLE_ROLE_PRESENTATION,
                                   NULL);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);

  if (style != NULL)
    gtk_widget_add_css_class (image, style);
  if (meaning != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL, meaning, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), image);
  adw_preferences_group_add (group, row);

  return ADW_ACTION_ROW (row);
}

static void
add_answers (ValijaMethodPage   *self,
             const ValijaMethod *method)
{
  adw_preferences_group_set_description (self->answers, valija_method_text (method->who));

  for (guint i = 0; i < VALIJA_N_QUESTIONS; i++)
    {
      const ValijaMethodAnswer *answer = &method->answers[i];
      AdwActionRow *row = add_row (self->answers, valija_answer_get_icon (answer->answer),
                                   valija_answer_get_style (answer->answer), NULL,
                                   valija_question_get_label (i), valija_method_text (answer->note));
      const char *words = valija_answer_get_label (answer->answer);
      GtkWidget *label = gtk_label_new (words);

      /* Short answers stay in one line */
      gtk_label_set_width_chars (GTK_LABEL (label), MIN (g_utf8_strlen (words, -1), ANSWER_CHARS));
      gtk_label_set_xalign (GTK_LABEL (label), 1);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_RIGHT);
      gtk_label_set_max_width_chars (GTK_LABEL (label), ANSWER_CHARS);
      if (answer->answer == VALIJA_ANSWER_NO)
        gtk_widget_add_css_class (label, "dimmed");
      adw_action_row_add_suffix (row, label);
    }
}

/* The lines tell of servers first and of the password last; between them, of what is kept here. */
static void
add_happenings (AdwPreferencesGroup *group,
                const char          *lines)
{
  g_auto(GStrv) split = g_strsplit (lines, "\n", -1);

  for (guint i = 0; split[i] != NULL; i++)
    {
      const char *icon_name = i == 0 ? "network-server-symbolic"
                                     : split[i + 1] == NULL ? "dialog-password-symbolic" : "computer-symbolic";

      add_row (group, icon_name, "dimmed", NULL, split[i], "");
    }
}

static void
set_method (ValijaMethodPage   *self,
            const ValijaMethod *method)
{
  const char *name = valija_method_text (method->name);
  /* Translators: the name of a connection method */
  g_autofree char *label = g_strdup_printf (_("Set Up %s…"), name);

  self->method = method;
  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), name);
  gtk_image_set_from_icon_name (self->icon, method->icon_name);
  gtk_label_set_text (self->name, name);
  gtk_label_set_text (self->kind, valija_method_text (method->kind));
  gtk_label_set_text (self->tagline, valija_method_text (method->tagline));
  gtk_label_set_text (self->summary, valija_method_text (method->summary));
  gtk_label_set_text (self->original, valija_method_text (method->original));
  gtk_widget_set_visible (self->original_group, method->original != NULL);
  gtk_button_set_label (self->set_up_button, label);

  add_answers (self, method);

  for (guint i = 0; method->caveats[i] != NULL; i++)
    add_row (self->caveats, "dialog-warning-symbolic", "warning", _("Caution"),
             valija_method_text (method->caveats[i]), "");
  for (guint i = 0; method->needs[i] != NULL; i++)
    add_row (self->needs, "view-pin-symbolic", "dimmed", NULL, valija_method_text (method->needs[i]), "");
  add_happenings (self->happens, valija_method_text (method->what_happens));

  if (!method->available)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->icon), "unavailable");
      gtk_widget_set_sensitive (GTK_WIDGET (self->set_up_button), FALSE);
      gtk_widget_set_visible (self->why_not, TRUE);
      gtk_accessible_update_relation (GTK_ACCESSIBLE (self->set_up_button),
                                      GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, self->why_not, NULL,
                                      -1);
    }
}

static void
set_up_clicked_cb (ValijaMethodPage *self)
{
  g_signal_emit (self, signals[SET_UP], 0);
}

static void
valija_method_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_METHOD_PAGE);

  G_OBJECT_CLASS (valija_method_page_parent_class)->dispose (object);
}

static void
valija_method_page_class_init (ValijaMethodPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_method_page_dispose;

  signals[SET_UP] = g_signal_new ("set-up", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                  0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-method-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, icon);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, name);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, kind);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, tagline);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, summary);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, own);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, facts);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, answers);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, caveats);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, needs);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, happens);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, original_group);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, original);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, bottom);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, set_up_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodPage, why_not);
  gtk_widget_class_bind_template_callback (widget_class, set_up_clicked_cb);
}

static void
valija_method_page_init (ValijaMethodPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwNavigationPage *
valija_method_page_new (const ValijaMethod *method)
{
  ValijaMethodPage *self = g_object_new (VALIJA_TYPE_METHOD_PAGE, NULL);

  set_method (self, method);

  return ADW_NAVIGATION_PAGE (self);
}

/* Above stands that the method only reads. */
static void
show_pairing (ValijaMethodPage *self,
              ValijaAccount    *account)
{
  g_autofree char *text = valija_method_describe (self->method, account);

  add_row (self->own, "mail-send-symbolic", "dimmed", NULL, text, "");
  gtk_widget_set_visible (GTK_WIDGET (self->own), TRUE);
}

void
valija_method_page_set_status (ValijaMethodPage    *self,
                               ValijaAccountStatus *status)
{
  const char * const *facts = valija_account_status_get_facts (status);
  ValijaAccount *account = valija_account_status_get_account (status);

  g_return_if_fail (VALIJA_IS_METHOD_PAGE (self));

  if (self->method->pairs_outgoing && valija_account_has_side (account, VALIJA_SIDE_OUTGOING))
    show_pairing (self, account);

  gtk_widget_set_visible (self->bottom, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->facts), TRUE);

  if (facts[0] == NULL)
    adw_preferences_group_set_description (self->facts, _("Not known before the first connection."));

  for (guint i = 0; facts[i] != NULL; i++)
    {
      const char *colon = strstr (facts[i], ": ");
      g_autofree char *label = colon != NULL ? g_strndup (facts[i], colon - facts[i]) : g_strdup (facts[i]);
      AdwActionRow *row = add_row (self->facts, "network-server-symbolic", "dimmed", NULL, label,
                                   colon != NULL ? colon + 2 : "");

      adw_action_row_set_subtitle_selectable (row, TRUE);
    }
}
