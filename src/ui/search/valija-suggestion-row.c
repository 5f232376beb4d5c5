/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/search/valija-suggestion-row.h"

#include <glib/gi18n-lib.h>

struct _ValijaSuggestionRow
{
  GtkListBoxRow     parent_instance;

  GtkImage         *icon;
  GtkLabel         *title;
  GtkLabel         *detail;

  ValijaSearchSuggestion *suggestion;
};

G_DEFINE_FINAL_TYPE (ValijaSuggestionRow, valija_suggestion_row, GTK_TYPE_LIST_BOX_ROW)

static void
valija_suggestion_row_dispose (GObject *object)
{
  ValijaSuggestionRow *self = VALIJA_SUGGESTION_ROW (object);

  g_clear_object (&self->suggestion);

  G_OBJECT_CLASS (valija_suggestion_row_parent_class)->dispose (object);
}

static void
valija_suggestion_row_class_init (ValijaSuggestionRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = valija_suggestion_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-suggestion-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaSuggestionRow, icon);
  gtk_widget_class_bind_template_child (widget_class, ValijaSuggestionRow, title);
  gtk_widget_class_bind_template_child (widget_class, ValijaSuggestionRow, detail);
}

static void
valija_suggestion_row_init (ValijaSuggestionRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static const char *
find_icon (ValijaSearchSuggestion *suggestion)
{
  if (suggestion == NULL)
    return "edit-clear-all-symbolic";

  switch (valija_search_suggestion_get_kind (suggestion))
    {
    case VALIJA_SEARCH_SUGGESTION_RECENT:
      return "document-open-recent-symbolic";
    case VALIJA_SEARCH_SUGGESTION_PERSON:
      return "avatar-default-symbolic";
    case VALIJA_SEARCH_SUGGESTION_FOLDER:
      return "folder-symbolic";
    case VALIJA_SEARCH_SUGGESTION_OPERATOR:
    case VALIJA_SEARCH_SUGGESTION_VALUE:
    default:
      return "edit-find-symbolic";
    }
}

GtkWidget *
valija_suggestion_row_new (ValijaSearchSuggestion *suggestion)
{
  ValijaSuggestionRow *self = g_object_new (VALIJA_TYPE_SUGGESTION_ROW, NULL);
  const char *title = suggestion != NULL ? valija_search_suggestion_get_title (suggestion) : _("Clear Recent Searches");
  const char *detail = suggestion != NULL ? valija_search_suggestion_get_detail (suggestion) : NULL;
  g_autofree char *label = detail != NULL ? g_strdup_printf ("%s, %s", title, detail) : g_strdup (title);

  g_set_object (&self->suggestion, suggestion);
  gtk_image_set_from_icon_name (self->icon, find_icon (suggestion));
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->detail, detail != NULL ? detail : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);

  return GTK_WIDGET (self);
}

GtkWidget *
valija_suggestion_row_new_person (const ValijaAddress *person)
{
  g_autoptr(ValijaSearchSuggestion) suggestion = valija_search_suggestion_new_person (person);

  return valija_suggestion_row_new (suggestion);
}

ValijaSearchSuggestion *
valija_suggestion_row_get_suggestion (ValijaSuggestionRow *self)
{
  g_return_val_if_fail (VALIJA_IS_SUGGESTION_ROW (self), NULL);

  return self->suggestion;
}
