/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "valija-fake-server.h"

G_BEGIN_DECLS

/* Shared by valija-fake-server.c (what it holds), -session.c (opening, sending), -reader.c and -organizer.c. */

typedef struct
{
  char *remote_id;
  GBytes *source;
  ValijaFlags flags;
  char **labels;
  gint64 received;
  char *email_id;            /* nullable */
} FakeMessage;

/* One thing that happened to a folder; a cursor is how many of them were told. */
typedef struct
{
  char kind;                 /* + added, * flags, - gone */
  char *remote_id;
} FakeEvent;

typedef struct
{
  char *name;
  ValijaFolderRole role;
  GPtrArray *messages;       /* of FakeMessage, oldest first */
  GPtrArray *events;         /* of FakeEvent */
  guint first_id;            /* messages below it were called so before they were numbered anew */
} FakeFolder;

/* NULL: there is none of that name. */
FakeFolder *fake_find_folder (FakeServer *self, const char *name);
FakeMessage *fake_find_message (FakeFolder *folder, const char *remote_id, guint *position);
FakeFolder *fake_add_folder (FakeServer *self, const char *name, ValijaFolderRole role);
/* Resolves to TRUE when something comes there; "" stands for any folder. */
DexFuture *fake_watch_folder (FakeServer *self, const char *folder);
/* It arrives there, and whoever watches is told. */
FakeMessage *fake_put_message (FakeServer *self, FakeFolder *folder, GBytes *source, ValijaFlags flags);

typedef struct
{
  GObject parent_instance;

  FakeServer *server;
  ValijaSessionState state;
} FakeSession;

typedef struct
{
  GObjectClass parent_class;
} FakeSessionClass;

GType fake_session_get_type (void);

FakeServer *fake_server_of (gpointer session);
/* Notes the question. NULL, or the failure that the test wants here. */
DexFuture *fake_ask (gpointer session, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* @future (transfer full), or that it was lost on its way. */
DexFuture *fake_answer (gpointer session, DexFuture *future);
DexFuture *fake_reject_unsupported (void);

ValijaFolderInfo *fake_describe_folder (FakeFolder *folder);
ValijaMessageInfo *fake_describe_message (FakeMessage *message);

void fake_reader_init (ValijaMailReaderInterface *iface);
void fake_organizer_init (ValijaMailOrganizerInterface *iface);

G_END_DECLS
