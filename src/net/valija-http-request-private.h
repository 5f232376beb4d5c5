/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "net/valija-http-request.h"

G_BEGIN_DECLS

typedef struct
{
  GBytes *bytes;
  gboolean base64;
} ValijaHttpPart;

typedef struct
{
  char *name;
  char *value;
} ValijaHttpHeader;

struct _ValijaHttpRequest
{
  grefcount ref_count;
  char *method;
  char *uri;
  GPtrArray *headers; /* of ValijaHttpHeader */
  char *content_type; /* nullable: no body */
  GArray *parts;      /* of ValijaHttpPart */
  guint64 length;
  ValijaHttpGoneFunc gone_func; /* nullable */
  gpointer gone_data;
  GDestroyNotify gone_destroy;  /* nullable */
  guint timeout;      /* seconds; 0: for ever */
  guint64 limit;
  guint has_timeout : 1;
  guint idempotent : 1;
  guint streaming : 1;
  guint anonymous : 1;
};

G_END_DECLS
