/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-shortcuts.h"

#include <glib/gi18n-lib.h>

typedef enum
{
  GROUP_MESSAGES,
  GROUP_WRITING,
  GROUP_GENERAL,
  N_GROUPS,
} Group;

struct _ValijaShortcutsDialog
{
  AdwDialog  parent_instance;

  GtkWidget *messages;
  GtkWidget *writing;
  GtkWidget *general;
};

G_DEFINE_FINAL_TYPE (ValijaShortcutsDialog, valija_shortcuts_dialog, ADW_TYPE_DIALOG)

/* The keys without a modifier and those of the composer are bound where they hold, in the
 * blueprints; here they are only told. */
static const struct
{
  Group group;
  const char *title;
  const char *action;           /* NULL: bound elsewhere */
  const char *accels[2];
  const char *keys_elsewhere;   /* nullable: one more, bound elsewhere */
} shortcuts[] = {
  { GROUP_MESSAGES, N_("Next message"), "win.next", { "<Alt>Down" }, "j" },
  { GROUP_MESSAGES, N_("Previous message"), "win.previous", { "<Alt>Up" }, "k" },
  { GROUP_MESSAGES, N_("First message"), "win.first", { "<Alt>Home" }, "Home" },
  { GROUP_MESSAGES, N_("Last message"), "win.last", { "<Alt>End" }, "End" },
  { GROUP_MESSAGES, N_("Next in the conversation"), NULL, { NULL }, "n" },
  { GROUP_MESSAGES, N_("Previous in the conversation"), NULL, { NULL }, "p" },
  { GROUP_MESSAGES, N_("Expand all of the conversation"), NULL, { NULL }, "plus" },
  { GROUP_MESSAGES, N_("Collapse all of the conversation"), NULL, { NULL }, "minus" },
  { GROUP_MESSAGES, N_("Read or unread"), "win.toggle-read", { "<Control>u" }, "u" },
  { GROUP_MESSAGES, N_("Add or remove star"), "win.toggle-star", { "<Control>d" }, "s" },
  { GROUP_MESSAGES, N_("Labels"), "win.labels", { "<Control><Shift>l" }, "l" },
  { GROUP_MESSAGES, N_("Archive"), "win.archive", { "<Control>e" }, "a" },
  { GROUP_MESSAGES, N_("Move"), "win.move", { "<Control>m" }, "m" },
  { GROUP_MESSAGES, N_("Copy to a folder"), "win.copy", { "<Control><Shift>m" } },
  { GROUP_MESSAGES, N_("Move to junk"), "win.junk", { "<Control>j" } },
  { GROUP_MESSAGES, N_("Delete"), NULL, { NULL }, "Delete" },
  { GROUP_MESSAGES, N_("Undo"), NULL, { NULL }, "<Control>z" },
  { GROUP_MESSAGES, N_("Cursor in the text"), NULL, { NULL }, "F7" },
  { GROUP_MESSAGES, N_("View source"), "win.view-source", { "<Control><Shift>u" } },
  { GROUP_MESSAGES, N_("Save as a file"), "win.save-source", { "<Control>s" } },
  { GROUP_WRITING, N_("New message"), "app.compose", { "<Control>n" } },
  { GROUP_WRITING, N_("Reply"), "win.reply", { "<Control>r" } },
  { GROUP_WRITING, N_("Reply to all"), "win.reply-all", { "<Control><Shift>r" } },
  { GROUP_WRITING, N_("Forward"), "win.forward", { "<Control>l" } },
  { GROUP_WRITING, N_("Send"), "composer.send", { "<Control>Return" } },
  { GROUP_WRITING, N_("Attach files"), "composer.attach", { "<Control><Shift>a" } },
  { GROUP_WRITING, N_("Discard"), "composer.discard", { "<Control><Shift>d" } },
  { GROUP_GENERAL, N_("Search"), "win.search", { "<Control>f" } },
  { GROUP_GENERAL, N_("Unread messages only"), "win.toggle-unread", { "<Control><Shift>i" } },
  { GROUP_GENERAL, N_("Conversations or single messages"), "win.conversations", { "<Control><Shift>t" } },
  { GROUP_GENERAL, N_("Check for mail"), "win.sync", { "F5" } },
  { GROUP_GENERAL, N_("New folder"), "win.new-folder", { "<Control><Shift>n" } },
  { GROUP_GENERAL, N_("Folder properties"), "win.folder-properties", { "<Alt>Return" } },
  { GROUP_GENERAL, N_("Rename folder"), NULL, { NULL }, "F2" },
  { GROUP_GENERAL, N_("Remove folder"), NULL, { NULL }, "Delete" },
  { GROUP_GENERAL, N_("Menu of what has the focus"), NULL, { NULL }, "<Shift>F10" },
  { GROUP_GENERAL, N_("Accounts and folders"), "win.focus-sidebar", { "F9" } },
  { GROUP_GENERAL, N_("Main menu"), "win.main-menu", { "F10" } },
  { GROUP_GENERAL, N_("Open message file"), "app.open", { "<Control>o" } },
  { GROUP_GENERAL, N_("Preferences"), "app.preferences", { "<Control>comma" } },
  { GROUP_GENERAL, N_("Keyboard shortcuts"), "app.shortcuts", { "<Control>question" } },
  { GROUP_GENERAL, N_("Close window"), "window.close", { "<Control>w" } },
  { GROUP_GENERAL, N_("Quit"), "app.quit", { "<Control>q" } },
};

static void
append_accel (GString    *text,
              const char *accel)
{
  guint key;
  GdkModifierType modifiers;
  g_autofree char *label = NULL;

  if (accel == NULL || !gtk_accelerator_parse (accel, &key, &modifiers))
    return;

  label = gtk_accelerator_get_label (key, modifiers);
  /* Translators: between two keys that do the same */
  g_string_append_printf (text, "%s%s", text->len > 0 ? _(" or ") : "", label);
}

static void
valija_shortcuts_dialog_class_init (ValijaShortcutsDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-shortcuts.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaShortcutsDialog, messages);
  gtk_widget_class_bind_template_child (widget_class, ValijaShortcutsDialog, writing);
  gtk_widget_class_bind_template_child (widget_class, ValijaShortcutsDialog, general);
}

static void
valija_shortcuts_dialog_init (ValijaShortcutsDialog *self)
{
  GtkWidget *groups[N_GROUPS];

  gtk_widget_init_template (GTK_WIDGET (self));

  groups[GROUP_MESSAGES] = self->messages;
  groups[GROUP_WRITING] = self->writing;
  groups[GROUP_GENERAL] = self->general;

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      GtkWidget *row = adw_action_row_new ();
      g_autoptr(GString) keys = g_string_new (NULL);
      GtkWidget *label;

      append_accel (keys, shortcuts[i].keys_elsewhere);
      for (const char * const *accel = shortcuts[i].accels; *accel != NULL; accel++)
        append_accel (keys, *accel);

      label = gtk_label_new (keys->str);
      gtk_widget_add_css_class (label, "dimmed");
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _(shortcuts[i].title));
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (groups[shortcuts[i].group]), row);
    }
}

void
valija_shortcuts_apply (GtkApplication *application)
{
  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    if (shortcuts[i].action != NULL)
      gtk_application_set_accels_for_action (application, shortcuts[i].action, shortcuts[i].accels);
}

AdwDialog *
valija_shortcuts_dialog_new (void)
{
  return g_object_new (VALIJA_TYPE_SHORTCUTS_DIALOG, NULL);
}
