/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/ews/valija-ews-node.h"

G_BEGIN_DECLS

/* What an Exchange server answers (SOAP 1.1 envelopes, one or, in a streaming answer, many), taken apart: pure,
 * resumable at any byte, bounded. Never loads a document type or anything from elsewhere. */
typedef struct _ValijaEwsReader ValijaEwsReader;

typedef struct
{
  /* The server that answered, of its ServerVersionInfo: 15, 1 is Exchange Server 2016. (nullable) */
  void     (*version) (guint           major,
                       guint           minor,
                       gpointer        user_data);

  /* A piece of the message or attachment that the next response message brings, out of its base64. (nullable): then it
   * is dropped. FALSE with @error ends the reading. */
  gboolean (*content) (const void     *data,
                       gsize           length,
                       gpointer        user_data,
                       GError        **error);

  /* @message: (transfer full): one response message; where an answer has none (a fault, automatic replies) all that
   * stands in the body */
  void     (*message) (ValijaEwsNode  *message,
                       gpointer        user_data);
} ValijaEwsHandler;

/* For one answer. @handler is borrowed, most often static. (transfer full) */
ValijaEwsReader *valija_ews_reader_new    (const ValijaEwsHandler *handler,
                                           gpointer                user_data) G_GNUC_WARN_UNUSED_RESULT;
void             valija_ews_reader_free   (ValijaEwsReader        *self);

/* Calls the handler for all that is whole now. FALSE with VALIJA_ERROR_PROTOCOL, VALIJA_ERROR_LIMIT or what the handler
 * said, and it stays so. */
gboolean         valija_ews_reader_feed   (ValijaEwsReader        *self,
                                           const void             *data,
                                           gsize                   length,
                                           GError                **error);

/* Nothing more comes. FALSE with VALIJA_ERROR_PROTOCOL where an envelope is not at its end, or where none came. */
gboolean         valija_ews_reader_finish (ValijaEwsReader        *self,
                                           GError                **error);

/* A whole document that is no envelope (Autodiscover's), within the same bounds. (transfer full) NULL with the same
 * errors */
ValijaEwsNode   *valija_ews_parse_document (const void            *data,
                                            gsize                  length,
                                            GError               **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaEwsReader, valija_ews_reader_free)

G_END_DECLS
