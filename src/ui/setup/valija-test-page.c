/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-test-page.h"

#include "ui/setup/valija-certificate-dialog.h"
#include "ui/setup/valija-test-row.h"

#include <glib/gi18n-lib.h>

typedef enum
{
  STATE_RUNNING,
  STATE_PASSED,
  STATE_FAILED,
} State;

struct _ValijaTestPage
{
  AdwNavigationPage    parent_instance;

  GtkStack            *symbol;
  GtkImage            *image;
  GtkLabel            *title;
  GtkWidget           *failure;
  GtkLabel            *detail;
  GtkWidget           *line_box;
  GtkLabel            *line;
  GtkLabel            *advice;
  GtkWidget           *certificate_button;
  GtkWidget           *incoming_group;
  GtkListBox          *incoming_list;
  GtkWidget           *outgoing_group;
  GtkListBox          *outgoing_list;
  GtkWidget           *facts;
  GtkLabel            *facts_label;
  GtkWidget           *buttons;
  GtkWidget           *cancel_button;
  GtkWidget           *anyway_button;
  GtkWidget           *again_button;
  GtkButton           *accept_button;

  ValijaEngine        *engine;
  ValijaAccount       *account;
  ValijaSecret        *incoming;
  ValijaSecret        *outgoing;
  GListStore          *steps;
  DexFuture           *test;       /* dropping it cancels the test */
  GError              *error;
};

G_DEFINE_FINAL_TYPE (ValijaTestPage, valija_test_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  ACCEPTED,
  EDIT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void start (ValijaTestPage *self);

static void
set_text (GtkLabel   *label,
          const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL && *text != '\0');
}

static void
set_state (ValijaTestPage *self,
           State           state,
           const char     *title)
{
  gtk_stack_set_visible_child_name (self->symbol, state == STATE_RUNNING ? "spinner" : "image");
  gtk_image_set_from_icon_name (self->image,
                                state == STATE_PASSED ? "object-select-symbolic" : "dialog-error-symbolic");
  gtk_widget_remove_css_class (GTK_WIDGET (self->image), "success");
  gtk_widget_remove_css_class (GTK_WIDGET (self->image), "error");
  gtk_widget_add_css_class (GTK_WIDGET (self->image), state == STATE_PASSED ? "success" : "error");
  gtk_label_set_text (self->title, title);

  gtk_widget_set_visible (self->failure, state == STATE_FAILED);
  gtk_widget_set_visible (self->cancel_button, state == STATE_RUNNING);
  gtk_widget_set_visible (self->anyway_button, state == STATE_FAILED);
  gtk_widget_set_visible (self->again_button, state == STATE_FAILED);
  gtk_widget_set_visible (GTK_WIDGET (self->accept_button), state == STATE_PASSED);

  if (state == STATE_RUNNING)
    return;

  gtk_widget_grab_focus (state == STATE_PASSED ? GTK_WIDGET (self->accept_button) : self->again_button);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), title, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static void
show_facts (ValijaTestPage *self,
            GPtrArray      *facts)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; facts != NULL && i < facts->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", (const char *) g_ptr_array_index (facts, i));

  gtk_label_set_text (self->facts_label, text->str);
  gtk_widget_set_visible (self->facts, text->len > 0);
}

static void
leave_out (GtkListBox *list,
           const char *sentence)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (list, i)) != NULL; i++)
    valija_test_row_leave_out (VALIJA_TEST_ROW (row), sentence);
}

void
valija_test_page_show_error (ValijaTestPage *self,
                             const GError   *error)
{
  g_autofree char *title = valija_error_dup_title (error);
  g_autofree char *advice = valija_error_dup_advice (error);
  const char *line = valija_error_get_server_line (error);

  g_return_if_fail (VALIJA_IS_TEST_PAGE (self));

  g_clear_error (&self->error);
  self->error = g_error_copy (error);

  set_text (self->detail, valija_error_says_all_in_title (error) ? NULL : error->message);
  leave_out (self->incoming_list, error->message);
  leave_out (self->outgoing_list, error->message);
  set_text (self->line, line);
  gtk_widget_set_visible (self->line_box, line != NULL);
  set_text (self->advice, advice);
  gtk_widget_set_visible (self->certificate_button, valija_error_get_certificate (error) != NULL);
  set_state (self, STATE_FAILED, title);
}

void
valija_test_page_set_busy (ValijaTestPage *self,
                           gboolean        busy)
{
  g_return_if_fail (VALIJA_IS_TEST_PAGE (self));

  gtk_widget_set_sensitive (self->buttons, !busy);
}

static DexFuture *
test_settled_cb (DexFuture *future,
                 gpointer   user_data)
{
  ValijaTestPage *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value != NULL)
    {
      show_facts (self, G_VALUE_HOLDS (value, G_TYPE_PTR_ARRAY) ? g_value_get_boxed (value) : NULL);
      set_state (self, STATE_PASSED, _("Everything Works"));
    }
  else
    valija_test_page_show_error (self, error);

  return NULL;
}

static void
start (ValijaTestPage *self)
{
  DexFuture *future;

  g_clear_error (&self->error);
  g_list_store_remove_all (self->steps);
  show_facts (self, NULL);
  set_state (self, STATE_RUNNING, _("Testing the Connection"));

  future = valija_engine_test_account (self->engine, self->account, self->incoming, self->outgoing, self->steps);
  dex_clear (&self->test);
  self->test = dex_future_finally (future, test_settled_cb, self, NULL);
}

static void
accept_clicked_cb (ValijaTestPage *self)
{
  g_signal_emit (self, signals[ACCEPTED], 0);
}

static void
again_clicked_cb (ValijaTestPage *self)
{
  start (self);
}

static void
edit_clicked_cb (ValijaTestPage *self)
{
  g_signal_emit (self, signals[EDIT], 0);
}

static void
cancel_clicked_cb (ValijaTestPage *self)
{
  dex_clear (&self->test);
  g_signal_emit (self, signals[EDIT], 0);
}

/* Going back by the header bar, a gesture or Escape is also a way to cancel. */
static void
hiding_cb (ValijaTestPage *self)
{
  dex_clear (&self->test);
}

static void
certificate_decided_cb (ValijaTestPage *self,
                        gboolean        trusted)
{
  if (trusted)
    start (self);
}

static void
certificate_clicked_cb (ValijaTestPage *self)
{
  AdwDialog *dialog = valija_certificate_dialog_new (self->engine, valija_error_get_certificate (self->error));

  g_signal_connect_object (dialog, "decided", G_CALLBACK (certificate_decided_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static gboolean
is_of_side (gpointer item,
            gpointer user_data)
{
  return valija_test_step_get_side (item) == (ValijaSide) GPOINTER_TO_INT (user_data);
}

static GtkWidget *
create_row (gpointer item,
            gpointer user_data)
{
  return valija_test_row_new (item);
}

static void
n_steps_changed_cb (GListModel *model,
                    GParamSpec *pspec,
                    GtkWidget  *group)
{
  gtk_widget_set_visible (group, g_list_model_get_n_items (model) > 0);
}

static void
bind_side (ValijaTestPage *self,
           ValijaSide      side,
           GtkListBox     *list,
           GtkWidget      *group)
{
  GtkFilter *filter = GTK_FILTER (gtk_custom_filter_new (is_of_side, GINT_TO_POINTER (side), NULL));
  g_autoptr(GtkFilterListModel) model = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->steps)), filter);

  g_signal_connect_object (model, "notify::n-items", G_CALLBACK (n_steps_changed_cb), group, G_CONNECT_DEFAULT);
  gtk_list_box_bind_model (list, G_LIST_MODEL (model), create_row, NULL, NULL);
  gtk_widget_set_visible (group, FALSE);
}

static void
valija_test_page_dispose (GObject *object)
{
  ValijaTestPage *self = VALIJA_TEST_PAGE (object);

  dex_clear (&self->test);
  g_clear_object (&self->engine);
  g_clear_object (&self->account);
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_TEST_PAGE);
  g_clear_object (&self->steps);

  G_OBJECT_CLASS (valija_test_page_parent_class)->dispose (object);
}

static void
valija_test_page_finalize (GObject *object)
{
  ValijaTestPage *self = VALIJA_TEST_PAGE (object);

  g_clear_pointer (&self->incoming, valija_secret_unref);
  g_clear_pointer (&self->outgoing, valija_secret_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (valija_test_page_parent_class)->finalize (object);
}

static void
valija_test_page_class_init (ValijaTestPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_test_page_dispose;
  object_class->finalize = valija_test_page_finalize;

  signals[ACCEPTED] = g_signal_new ("accepted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                    0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[EDIT] = g_signal_new ("edit", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-test-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, symbol);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, image);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, title);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, failure);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, detail);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, line_box);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, line);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, advice);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, certificate_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, incoming_group);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, incoming_list);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, outgoing_group);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, outgoing_list);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, facts);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, facts_label);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, buttons);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, anyway_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, again_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestPage, accept_button);
  gtk_widget_class_bind_template_callback (widget_class, accept_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, again_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, certificate_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, edit_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, hiding_cb);
}

static void
valija_test_page_init (ValijaTestPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->steps = g_list_store_new (VALIJA_TYPE_TEST_STEP);
  bind_side (self, VALIJA_SIDE_INCOMING, self->incoming_list, self->incoming_group);
  bind_side (self, VALIJA_SIDE_OUTGOING, self->outgoing_list, self->outgoing_group);
}

void
valija_test_page_start (ValijaTestPage *self,
                        ValijaEngine   *engine,
                        ValijaAccount  *account,
                        ValijaSecret   *incoming,
                        ValijaSecret   *outgoing,
                        const char     *accept_label)
{
  g_return_if_fail (VALIJA_IS_TEST_PAGE (self));

  g_set_object (&self->engine, engine);
  g_set_object (&self->account, account);
  g_clear_pointer (&self->incoming, valija_secret_unref);
  g_clear_pointer (&self->outgoing, valija_secret_unref);
  self->incoming = incoming != NULL ? valija_secret_ref (incoming) : NULL;
  self->outgoing = outgoing != NULL ? valija_secret_ref (outgoing) : NULL;
  gtk_button_set_label (self->accept_button, accept_label);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->incoming_group),
                                   valija_account_has_one_server (account) ? _("Server") : _("Incoming Server"));
  valija_test_page_set_busy (self, FALSE);

  start (self);
}
