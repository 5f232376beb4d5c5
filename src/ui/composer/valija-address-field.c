/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-address-field-private.h"

#include "mime/valija-mime-header.h"

#include <glib/gi18n-lib.h>
#include <string.h>

G_DEFINE_FINAL_TYPE (ValijaAddressField, valija_address_field, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_TEXT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* Not a comma that is inside quotes or brackets. */
const char *
valija_address_field_find_last (const char *text)
{
  const char *last = text;
  gboolean quoted = FALSE;
  gboolean bracketed = FALSE;

  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '\\' && at[1] != '\0')
        at++;
      else if (*at == '"')
        quoted = !quoted;
      else if (*at == '<' && !quoted)
        bracketed = TRUE;
      else if (*at == '>' && !quoted)
        bracketed = FALSE;
      else if ((*at == ',' || *at == ';') && !quoted && !bracketed)
        last = at + 1;
    }

  return last;
}

char *
valija_address_field_find_bad (const char *text,
                               gboolean    typing)
{
  g_autofree char *checked = NULL;
  g_autoptr(GPtrArray) addresses = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  checked = typing ? g_strndup (text, valija_address_field_find_last (text) - text) : g_strdup (text);
  g_strstrip (checked);
  if (checked[0] == '\0')
    return NULL;

  addresses = valija_mime_parse_addresses (checked);
  for (guint i = 0; i < addresses->len; i++)
    {
      const ValijaAddress *address = g_ptr_array_index (addresses, i);

      if (!valija_address_is_valid (address->address))
        return g_strdup (address->address[0] != '\0' ? address->address : address->name);
    }

  /* Only separators, or nothing that reads as an address at all. */
  if (addresses->len == 0 && strspn (checked, ", ;") < strlen (checked))
    return g_steal_pointer (&checked);

  return NULL;
}

static void
check (ValijaAddressField *self,
       gboolean            typing)
{
  g_autofree char *bad = valija_address_field_find_bad (gtk_editable_get_text (GTK_EDITABLE (self->entry)), typing);

  if (bad != NULL)
    {
      /* Translators: %s is what was typed */
      g_autofree char *text = g_strdup_printf (_("“%s” is not a mail address."), bad);

      gtk_label_set_text (self->problem, text);
      gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
    }
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");

  gtk_widget_set_visible (GTK_WIDGET (self->problem), bad != NULL);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               bad != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

static void
changed_cb (ValijaAddressField *self)
{
  check (self, TRUE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

/* The cursor has followed what was typed. */
static void
moved_cb (ValijaAddressField *self)
{
  /* What is put there from elsewhere is not typed */
  if (gtk_widget_is_focus (GTK_WIDGET (gtk_editable_get_delegate (GTK_EDITABLE (self->entry)))))
    valija_address_field_suggest (self);
}

static void
leave_cb (ValijaAddressField *self)
{
  valija_address_field_close (self);
  check (self, FALSE);
}

static gboolean
valija_address_field_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (VALIJA_ADDRESS_FIELD (widget)->entry));
}

static void
valija_address_field_dispose (GObject *object)
{
  ValijaAddressField *self = VALIJA_ADDRESS_FIELD (object);

  valija_address_field_close (self);
  if (self->suggestions != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->suggestions));
  self->suggestions = NULL;
  g_clear_object (&self->account);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (valija_address_field_parent_class)->dispose (object);
}

static void
valija_address_field_finalize (GObject *object)
{
  ValijaAddressField *self = VALIJA_ADDRESS_FIELD (object);

  g_clear_pointer (&self->known, g_ptr_array_unref);
  g_clear_pointer (&self->listed, g_ptr_array_unref);
  g_free (self->title);

  G_OBJECT_CLASS (valija_address_field_parent_class)->finalize (object);
}

static void
valija_address_field_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  ValijaAddressField *self = VALIJA_ADDRESS_FIELD (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_TEXT:
      g_value_set_string (value, valija_address_field_get_text (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_address_field_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  ValijaAddressField *self = VALIJA_ADDRESS_FIELD (object);
  const char *text = g_value_get_string (value);

  switch (prop_id)
    {
    case PROP_TITLE:
      if (g_set_str (&self->title, text))
        {
          gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    case PROP_TEXT:
      if (g_strcmp0 (text, gtk_editable_get_text (GTK_EDITABLE (self->entry))) != 0)
        gtk_editable_set_text (GTK_EDITABLE (self->entry), text != NULL ? text : "");
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_address_field_class_init (ValijaAddressFieldClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_address_field_dispose;
  object_class->finalize = valija_address_field_finalize;
  object_class->get_property = valija_address_field_get_property;
  object_class->set_property = valija_address_field_set_property;
  widget_class->grab_focus = valija_address_field_grab_focus;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL,
                                                G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL,
                                               G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-address-field.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaAddressField, entry);
  gtk_widget_class_bind_template_child (widget_class, ValijaAddressField, problem);
  gtk_widget_class_bind_template_child (widget_class, ValijaAddressField, suggestions);
  gtk_widget_class_bind_template_child (widget_class, ValijaAddressField, list);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, leave_cb);
  valija_address_field_bind_suggestions (widget_class);
}

static void
valija_address_field_init (ValijaAddressField *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->suggestions), GTK_WIDGET (self));
  g_signal_connect_object (self->entry, "notify::cursor-position", G_CALLBACK (moved_cb), self, G_CONNECT_SWAPPED);
}

void
valija_address_field_set_engine (ValijaAddressField *self,
                                 ValijaEngine       *engine)
{
  g_return_if_fail (VALIJA_IS_ADDRESS_FIELD (self));

  g_set_object (&self->engine, engine);
}

void
valija_address_field_set_account (ValijaAddressField *self,
                                  ValijaAccount      *account)
{
  g_return_if_fail (VALIJA_IS_ADDRESS_FIELD (self));

  g_set_object (&self->account, account);
}

const char *
valija_address_field_get_text (ValijaAddressField *self)
{
  g_return_val_if_fail (VALIJA_IS_ADDRESS_FIELD (self), NULL);

  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}
