/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/list/valija-message-cell.h"

#include "ui/list/valija-message-place.h"
#include "ui/valija-format.h"
#include "ui/valija-label-strip.h"

#include <glib/gi18n-lib.h>

/* Of more people than this not all are named. */
#define MAX_NAMES 4

struct _ValijaMessageCell
{
  AdwBin         parent_instance;

  /* The inside: NULL until it is first seen */
  GtkWidget     *dot;
  GtkWidget     *answered;
  GtkLabel      *sender;
  GtkWidget     *attachment;
  GtkLabel      *count;
  GtkLabel      *date;
  GtkLabel      *subject;
  GtkButton     *star;
  GtkLabel      *preview;
  GtkBox        *last_line;
  GtkWidget     *labels;         /* nullable until there are some */
  GtkWidget     *place;          /* nullable until there is one to be shown: most lists go without */

  GListModel    *accounts;       /* nullable: whose it is goes without saying */
  gboolean       shows_folder;
  gboolean       from_server;
  ValijaMessage *message;
  gulong         notify_id;
  guint          update_source;  /* one refill for the many properties that come at once */
  gboolean       stale;          /* what is concealed is not what its message says */
  char          *summary;
};

G_DEFINE_FINAL_TYPE (ValijaMessageCell, valija_message_cell, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_SUMMARY,
  N_PROPS
};

enum
{
  CLICKED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* The list keeps 200 rows beside those that are seen, and a jump through it gives all of them other messages and other
 * places: to fill, to style and to measure what is inside of them would take as long as three frames. It is made when
 * the row is first seen, and is there as long as it is; else the row is as high as the last one that was. */
static int usual_height;

static void
take_summary (ValijaMessageCell *self,
              char              *summary)
{
  if (g_set_str (&self->summary, summary))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUMMARY]);
  g_free (summary);
}

static const char *
or_else (const char *text,
         const char *fallback)
{
  return text != NULL && text[0] != '\0' ? text : fallback;
}

static gboolean
is_own (ValijaMessage           *message,
        const ValijaParticipant *person)
{
  ValijaFolder *folder = valija_message_get_folder (message);
  const char *own = folder != NULL ? valija_account_get_email (valija_folder_get_account (folder)) : NULL;

  return own != NULL && g_ascii_strcasecmp (own, person->address) == 0;
}

/* Among others somebody goes by the first name. */
static char *
dup_name (ValijaMessage           *message,
          const ValijaParticipant *person,
          gboolean                 alone)
{
  const char *label = or_else (person->label, _("Unknown sender"));
  const char *blank = strchr (label, ' ');

  if (is_own (message, person))
    /* Translators: the user, among the names of those who wrote in a conversation */
    return g_strdup (alone ? label : _("Me"));

  if (alone || blank == NULL || strpbrk (label, ",@") != NULL)
    return g_strdup (label);

  return g_strndup (label, blank - label);
}

/* Who wrote, in the order in which they first did, the names of those who have written what is
 * unread in bold; of many the first and the last. As plain text with @markup FALSE. */
static char *
dup_people (ValijaMessage *message,
            gboolean       markup)
{
  GPtrArray *people = valija_message_get_people (message);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < people->len; i++)
    {
      const ValijaParticipant *person = g_ptr_array_index (people, i);
      g_autofree char *name = dup_name (message, person, people->len == 1);
      g_autofree char *escaped = markup ? g_markup_escape_text (name, -1) : g_strdup (name);
      gboolean bold = markup && person->unread;

      if (people->len > MAX_NAMES && i > 0 && i <= people->len - MAX_NAMES)
        {
          if (i == 1)
            g_string_append (text, ", …");
          continue;
        }

      g_string_append_printf (text, "%s%s%s%s", i > 0 ? ", " : "", bold ? "<b>" : "", escaped, bold ? "</b>" : "");
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* In folders of what oneself wrote the other side is the recipient. */
static char *
dup_correspondent (ValijaMessage *message)
{
  ValijaFolder *folder = valija_message_get_folder (message);
  ValijaFolderRole role = folder != NULL ? valija_folder_get_role (folder) : VALIJA_FOLDER_ROLE_NONE;

  if (role == VALIJA_FOLDER_ROLE_SENT || role == VALIJA_FOLDER_ROLE_DRAFTS)
    /* Translators: %s are the recipients of a message */
    return g_strdup_printf (_("To: %s"), or_else (valija_message_get_recipients (message), _("nobody yet")));

  if (valija_message_get_people (message) != NULL)
    return dup_people (message, FALSE);

  return g_strdup (or_else (valija_message_get_sender (message), _("Unknown sender")));
}

/* By attributes: a style class would have the style of the whole row computed anew, and only in the next frame. */
static void
set_text (GtkLabel   *label,
          const char *text,
          gboolean    bold)
{
  g_autoptr(PangoAttrList) attributes = bold ? pango_attr_list_new () : NULL;

  if (bold)
    pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  gtk_label_set_attributes (label, attributes);
  gtk_label_set_text (label, text);
}

static void
show_correspondent (ValijaMessageCell *self,
                    ValijaMessage     *message,
                    const char        *correspondent)
{
  g_autofree char *names = NULL;
  g_autofree char *markup = NULL;

  /* Where the label tells of recipients, nobody of those who wrote is to be seen */
  if (valija_message_get_people (message) != NULL)
    names = dup_people (message, FALSE);

  if (g_strcmp0 (names, correspondent) != 0)
    {
      set_text (self->sender, correspondent, valija_message_get_unread (message));
      return;
    }

  markup = dup_people (message, TRUE);
  gtk_label_set_attributes (self->sender, NULL);
  gtk_label_set_markup (self->sender, markup);
}

/* Of its conversation; or those that were found of it. */
static guint
count_messages (ValijaMessage *message)
{
  GArray *places = valija_message_get_places (message);

  return places != NULL ? places->len : valija_message_get_n_messages (message);
}

static void
show_count (ValijaMessageCell *self,
            guint              n_messages)
{
  g_autofree char *text = g_strdup_printf ("%u", n_messages);
  g_autofree char *tooltip = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u message", "%u messages", n_messages),
                                              n_messages);

  gtk_label_set_text (self->count, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->count), tooltip);
  gtk_widget_set_visible (GTK_WIDGET (self->count), n_messages > 1);
}

static const char *
get_subject (ValijaMessage *message)
{
  return or_else (valija_message_get_subject (message), _("No subject"));
}

static char *
dup_summary (ValijaMessage *message,
             const char    *folder,
             gboolean       from_server,
             ValijaAccount *account)
{
  GString *summary = g_string_new (NULL);
  g_autofree char *labels = valija_labels_dup_words (valija_message_get_labels (message));
  g_autofree char *correspondent = dup_correspondent (message);
  g_autofree char *date = valija_format_date (valija_message_get_date (message), NULL);

  if (valija_message_get_unread (message))
    g_string_append_printf (summary, "%s, ", _("Unread"));
  g_string_append_printf (summary, "%s, %s, %s", correspondent, get_subject (message), date);
  if (count_messages (message) > 1)
    {
      guint n = count_messages (message);

      g_string_append (summary, ", ");
      g_string_append_printf (summary, g_dngettext (GETTEXT_PACKAGE, "%u message", "%u messages", n), n);
    }
  if ((valija_message_get_flags (message) & VALIJA_FLAG_ANSWERED) != 0)
    g_string_append_printf (summary, ", %s", _("Answered"));
  if (valija_message_get_flagged (message))
    g_string_append_printf (summary, ", %s", _("Starred"));
  if (valija_message_get_has_attachments (message))
    g_string_append_printf (summary, ", %s", _("Has attachments"));
  if (labels != NULL)
    {
      g_string_append (summary, ", ");
      /* Translators: %s are the labels of a message, with commas between them */
      g_string_append_printf (summary, _("Labels: %s"), labels);
    }
  if (from_server)
    g_string_append_printf (summary, ", %s", _("Found on the server"));
  if (folder != NULL)
    {
      g_string_append (summary, ", ");
      /* Translators: %s is the name of the folder that a message lies in */
      g_string_append_printf (summary, _("Folder %s"), folder);
    }
  if (account != NULL)
    {
      g_string_append (summary, ", ");
      /* Translators: %s is the name of the account that a message belongs to */
      g_string_append_printf (summary, _("Account %s"), valija_account_get_name (account));
    }

  return g_string_free (summary, FALSE);
}

/* Whose the message is, where the list does not go without saying; else NULL. */
static ValijaAccount *
get_account (ValijaMessageCell *self)
{
  ValijaFolder *folder = self->message != NULL ? valija_message_get_folder (self->message) : NULL;

  return self->accounts != NULL && folder != NULL ? valija_folder_get_account (folder) : NULL;
}

/* Where the message lies, where the list does not go without saying; else NULL. */
static const char *
get_folder_name (ValijaMessageCell *self)
{
  ValijaFolder *folder = self->message != NULL ? valija_message_get_folder (self->message) : NULL;

  return self->shows_folder && folder != NULL ? valija_folder_get_display_name (folder) : NULL;
}

static void
update_place (ValijaMessageCell *self)
{
  const char *folder = get_folder_name (self);
  ValijaAccount *account = get_account (self);

  if (self->place == NULL && (folder != NULL || account != NULL || self->from_server))
    {
      self->place = valija_message_place_new ();
      gtk_box_append (self->last_line, self->place);
    }

  if (self->place != NULL)
    valija_message_place_show (VALIJA_MESSAGE_PLACE (self->place), folder, self->from_server, account, self->accounts);
}

static void
update_labels (ValijaMessageCell  *self,
               const char * const *labels)
{
  if (self->labels == NULL && !valija_labels_is_empty (labels))
    {
      self->labels = g_object_new (VALIJA_TYPE_LABEL_STRIP, NULL);
      gtk_box_insert_child_after (self->last_line, self->labels, GTK_WIDGET (self->preview));
    }

  if (self->labels != NULL)
    valija_label_strip_set_labels (VALIJA_LABEL_STRIP (self->labels), labels);
}

static void
first_painted_cb (GdkFrameClock *clock,
                  gpointer       data)
{
  g_signal_handlers_disconnect_by_func (clock, first_painted_cb, data);
  g_debug ("first rows painted");
}

static void
fill (ValijaMessageCell *self,
      ValijaMessage     *message)
{
  gboolean unread = valija_message_get_unread (message);
  gboolean starred = valija_message_get_flagged (message);
  g_autofree char *correspondent = dup_correspondent (message);
  g_autofree char *date = valija_format_date (valija_message_get_date (message), NULL);

  show_correspondent (self, message, correspondent);
  show_count (self, count_messages (message));
  gtk_label_set_text (self->date, date);
  set_text (self->subject, get_subject (message), unread);
  gtk_label_set_text (self->preview, or_else (valija_message_get_preview (message), ""));
  update_labels (self, valija_message_get_labels (message));
  gtk_widget_set_opacity (self->dot, unread ? 1.0 : 0.0);
  gtk_widget_set_visible (self->answered, (valija_message_get_flags (message) & VALIJA_FLAG_ANSWERED) != 0);
  gtk_widget_set_visible (self->attachment, valija_message_get_has_attachments (message));
  gtk_button_set_icon_name (self->star, starred ? "starred-symbolic" : "non-starred-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->star), starred ? _("Remove Star") : _("Add Star"));

  update_place (self);

  if (starred)
    gtk_widget_add_css_class (GTK_WIDGET (self->star), "starred");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->star), "starred");
}

static gboolean
is_loaded (ValijaMessageCell *self)
{
  return self->message != NULL && valija_message_get_loaded (self->message);
}

/* What waits for its message is not seen, and keeps what it had. */
static void
show (ValijaMessageCell *self)
{
  self->stale = FALSE;
  gtk_widget_set_opacity (adw_bin_get_child (ADW_BIN (self)), is_loaded (self) ? 1 : 0);
  if (is_loaded (self))
    fill (self, self->message);
}

static int
measure_height (GtkWidget *widget)
{
  int height;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, -1, &height, NULL, NULL, NULL);

  return height;
}

static gboolean
is_concealed (ValijaMessageCell *self)
{
  GtkWidget *inside = adw_bin_get_child (ADW_BIN (self));

  return inside == NULL || !gtk_widget_get_visible (inside);
}

static void
conceal (ValijaMessageCell *self)
{
  gtk_widget_set_visible (adw_bin_get_child (ADW_BIN (self)), FALSE);
  gtk_widget_set_size_request (GTK_WIDGET (self), -1, usual_height);
}

static void
reveal (ValijaMessageCell *self)
{
  /* GTK asks for this when an instance is made, for the sake of types derived from it and of properties that reach
   * inside. This type is final and has none; and a row that is never seen goes without. */
  if (adw_bin_get_child (ADW_BIN (self)) == NULL)
    gtk_widget_init_template (GTK_WIDGET (self));

  gtk_widget_set_visible (adw_bin_get_child (ADW_BIN (self)), TRUE);
  gtk_widget_set_size_request (GTK_WIDGET (self), -1, -1);
  if (self->stale)
    show (self);
}

static void
update (ValijaMessageCell *self)
{
  if (is_loaded (self))
    take_summary (self, dup_summary (self->message, get_folder_name (self), self->from_server, get_account (self)));
  else
    take_summary (self, g_strdup (_("Loading")));

  self->stale = is_concealed (self);
  if (!self->stale)
    show (self);
}

static gboolean
update_cb (gpointer data)
{
  ValijaMessageCell *self = data;

  self->update_source = 0;
  update (self);

  return G_SOURCE_REMOVE;
}

static void
notify_cb (ValijaMessageCell *self)
{
  if (self->update_source == 0)
    self->update_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, update_cb, self, NULL);
}

static void
star_cb (ValijaMessageCell *self)
{
  if (self->message != NULL && valija_message_get_loaded (self->message))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.star", "x", valija_message_get_key (self->message));
}

static void
released_cb (GtkGestureClick   *gesture,
             int                n_press,
             double             x,
             double             y,
             ValijaMessageCell *self)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  if (n_press == 1 && (state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) == 0)
    g_signal_emit (self, signals[CLICKED], 0);
}

/* What a click does, for those who press it by way of the accessibility tree. */
static void
activate_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  gtk_widget_activate_action (widget, "listitem.select", "(bb)", FALSE, FALSE);
  g_signal_emit (widget, signals[CLICKED], 0);
}

static gboolean
resize_cb (GtkWidget     *widget,
           GdkFrameClock *clock,
           gpointer       data)
{
  gtk_widget_queue_resize (widget);

  return G_SOURCE_REMOVE;
}

/* The list does this while it allocates its rows, of which it has asked the heights before. */
static void
valija_message_cell_map (GtkWidget *widget)
{
  ValijaMessageCell *self = VALIJA_MESSAGE_CELL (widget);

  if (is_concealed (self))
    {
      GtkWidget *row = gtk_widget_get_parent (widget);
      int before = measure_height (row);

      reveal (self);
      if (measure_height (row) != before)
        gtk_widget_add_tick_callback (widget, resize_cb, NULL, NULL);
    }

  GTK_WIDGET_CLASS (valija_message_cell_parent_class)->map (widget);
}

static void
valija_message_cell_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (valija_message_cell_parent_class)->unmap (widget);

  /* The star may have the focus, which would be lost */
  if ((gtk_widget_get_state_flags (widget) & GTK_STATE_FLAG_FOCUS_WITHIN) == 0)
    conceal (VALIJA_MESSAGE_CELL (widget));
}

/* What the measurements of the start wait for. */
static void
valija_message_cell_snapshot (GtkWidget   *widget,
                              GtkSnapshot *snapshot)
{
  static gboolean told;
  ValijaMessageCell *self = VALIJA_MESSAGE_CELL (widget);

  GTK_WIDGET_CLASS (valija_message_cell_parent_class)->snapshot (widget, snapshot);

  usual_height = gtk_widget_get_height (widget);
  if (told || self->message == NULL || !valija_message_get_loaded (self->message))
    return;

  told = TRUE;
  g_signal_connect (gtk_widget_get_frame_clock (widget), "after-paint", G_CALLBACK (first_painted_cb), NULL);
}

static void
valija_message_cell_dispose (GObject *object)
{
  ValijaMessageCell *self = VALIJA_MESSAGE_CELL (object);

  g_clear_handle_id (&self->update_source, g_source_remove);
  if (self->message != NULL)
    g_clear_signal_handler (&self->notify_id, self->message);
  g_clear_object (&self->message);
  g_clear_object (&self->accounts);

  G_OBJECT_CLASS (valija_message_cell_parent_class)->dispose (object);
}

static void
valija_message_cell_finalize (GObject *object)
{
  ValijaMessageCell *self = VALIJA_MESSAGE_CELL (object);

  g_free (self->summary);

  G_OBJECT_CLASS (valija_message_cell_parent_class)->finalize (object);
}

static void
valija_message_cell_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  ValijaMessageCell *self = VALIJA_MESSAGE_CELL (object);

  switch (prop_id)
    {
    case PROP_SUMMARY:
      g_value_set_string (value, self->summary);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_message_cell_class_init (ValijaMessageCellClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_message_cell_dispose;
  object_class->finalize = valija_message_cell_finalize;
  object_class->get_property = valija_message_cell_get_property;
  widget_class->map = valija_message_cell_map;
  widget_class->unmap = valija_message_cell_unmap;
  widget_class->snapshot = valija_message_cell_snapshot;

  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CLICKED] = g_signal_new ("clicked", VALIJA_TYPE_MESSAGE_CELL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);

  gtk_widget_class_install_action (widget_class, "row.activate", NULL, activate_action);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-message-cell.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaMessageCell, dot);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessageCell, answered);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessageCell, sender);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessageCell, attachment);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessageCell, count);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessageCell, date);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessageCell, subject);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessageCell, star);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessageCell, preview);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessageCell, last_line);
  gtk_widget_class_bind_template_callback (widget_class, star_cb);
  gtk_widget_class_bind_template_callback (widget_class, released_cb);
  gtk_widget_class_set_css_name (widget_class, "messagecell");
}

static void
valija_message_cell_init (ValijaMessageCell *self)
{
  if (usual_height == 0)
    {
      gtk_widget_init_template (GTK_WIDGET (self));
      usual_height = measure_height (GTK_WIDGET (self));
      gtk_widget_set_visible (adw_bin_get_child (ADW_BIN (self)), FALSE);
    }

  gtk_widget_set_size_request (GTK_WIDGET (self), -1, usual_height);
}

GtkWidget *
valija_message_cell_new (void)
{
  return g_object_new (VALIJA_TYPE_MESSAGE_CELL, NULL);
}

void
valija_message_cell_set_message (ValijaMessageCell *self,
                                 ValijaMessage     *message)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_CELL (self));

  if (self->message == message)
    return;

  g_clear_handle_id (&self->update_source, g_source_remove);
  if (self->message != NULL)
    g_clear_signal_handler (&self->notify_id, self->message);

  g_set_object (&self->message, message);
  if (message != NULL)
    {
      self->notify_id = g_signal_connect_object (message, "notify", G_CALLBACK (notify_cb), self, G_CONNECT_SWAPPED);
      update (self);
    }
}

void
valija_message_cell_show_account (ValijaMessageCell *self,
                                  GListModel        *accounts)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_CELL (self));

  if (g_set_object (&self->accounts, accounts))
    update (self);
}

void
valija_message_cell_show_place (ValijaMessageCell *self,
                                gboolean           folder,
                                gboolean           from_server)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_CELL (self));

  if (self->shows_folder == folder && self->from_server == from_server)
    return;

  self->shows_folder = folder;
  self->from_server = from_server;
  update (self);
}

ValijaMessage *
valija_message_cell_get_message (ValijaMessageCell *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_CELL (self), NULL);

  return self->message;
}
