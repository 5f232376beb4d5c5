/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-fault-vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

typedef struct
{
  sqlite3_file base;
  sqlite3_file *real;       /* in the memory behind this struct */
} FaultFile;

static sqlite3_vfs fault_vfs;
static sqlite3_vfs *real_vfs;
static Fault armed_fault;
static int countdown;      /* atomic; 0: nothing armed */
static int hits;           /* atomic */

static gboolean
fails (void)
{
  int left = g_atomic_int_get (&countdown);

  if (left == 0)
    return FALSE;

  /* Writer and reader may both write; which of them is hit does not matter */
  if (left > 1)
    {
      g_atomic_int_add (&countdown, -1);
      return FALSE;
    }

  g_atomic_int_inc (&hits);
  if (armed_fault != FAULT_FULL && armed_fault != FAULT_READ_ONLY)
    g_atomic_int_set (&countdown, 0);

  return TRUE;
}

/* What the system would say goes with what SQLite makes of it. */
static int
say (int result)
{
  switch (armed_fault)
    {
    case FAULT_READ_ONLY:
      errno = EROFS;
      break;
    case FAULT_FULL_ONCE:
    case FAULT_FULL:
      errno = ENOSPC;
      break;
    case FAULT_IO_ONCE:
    default:
      errno = EIO;
      break;
    }

  return result;
}

static sqlite3_file *
real (sqlite3_file *file)
{
  return ((FaultFile *) file)->real;
}

static int
fault_close (sqlite3_file *file)
{
  return real (file)->pMethods->xClose (real (file));
}

static int
fault_read (sqlite3_file *file, void *data, int n_bytes, sqlite3_int64 offset)
{
  return real (file)->pMethods->xRead (real (file), data, n_bytes, offset);
}

static int
fault_write (sqlite3_file *file, const void *data, int n_bytes, sqlite3_int64 offset)
{
  if (fails ())
    {
      /* Half of it gets through, as it may */
      if (armed_fault != FAULT_READ_ONLY)
        real (file)->pMethods->xWrite (real (file), data, n_bytes / 2, offset);
      return say (armed_fault == FAULT_IO_ONCE || armed_fault == FAULT_READ_ONLY ? SQLITE_IOERR_WRITE : SQLITE_FULL);
    }

  return real (file)->pMethods->xWrite (real (file), data, n_bytes, offset);
}

static int
fault_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  return fails () ? say (SQLITE_IOERR_TRUNCATE) : real (file)->pMethods->xTruncate (real (file), size);
}

static int
fault_sync (sqlite3_file *file, int flags)
{
  return fails () ? say (SQLITE_IOERR_FSYNC) : real (file)->pMethods->xSync (real (file), flags);
}

static int
fault_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  return real (file)->pMethods->xFileSize (real (file), size);
}

static int
fault_lock (sqlite3_file *file, int level)
{
  return real (file)->pMethods->xLock (real (file), level);
}

static int
fault_unlock (sqlite3_file *file, int level)
{
  return real (file)->pMethods->xUnlock (real (file), level);
}

static int
fault_check_reserved_lock (sqlite3_file *file, int *reserved)
{
  return real (file)->pMethods->xCheckReservedLock (real (file), reserved);
}

static int
fault_file_control (sqlite3_file *file, int op, void *data)
{
  return real (file)->pMethods->xFileControl (real (file), op, data);
}

static int
fault_sector_size (sqlite3_file *file)
{
  return real (file)->pMethods->xSectorSize (real (file));
}

static int
fault_device_characteristics (sqlite3_file *file)
{
  return real (file)->pMethods->xDeviceCharacteristics (real (file));
}

static int
fault_shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
  return real (file)->pMethods->xShmMap (real (file), page, size, extend, memory);
}

static int
fault_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  return real (file)->pMethods->xShmLock (real (file), offset, n, flags);
}

static void
fault_shm_barrier (sqlite3_file *file)
{
  real (file)->pMethods->xShmBarrier (real (file));
}

static int
fault_shm_unmap (sqlite3_file *file, int delete_flag)
{
  return real (file)->pMethods->xShmUnmap (real (file), delete_flag);
}

static const sqlite3_io_methods fault_methods = {
  .iVersion = 2,
  .xClose = fault_close,
  .xRead = fault_read,
  .xWrite = fault_write,
  .xTruncate = fault_truncate,
  .xSync = fault_sync,
  .xFileSize = fault_file_size,
  .xLock = fault_lock,
  .xUnlock = fault_unlock,
  .xCheckReservedLock = fault_check_reserved_lock,
  .xFileControl = fault_file_control,
  .xSectorSize = fault_sector_size,
  .xDeviceCharacteristics = fault_device_characteristics,
  .xShmMap = fault_shm_map,
  .xShmLock = fault_shm_lock,
  .xShmBarrier = fault_shm_barrier,
  .xShmUnmap = fault_shm_unmap,
};

static int
fault_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  FaultFile *self = (FaultFile *) file;
  int result;

  self->base.pMethods = NULL;
  self->real = (sqlite3_file *) (self + 1);
  result = real_vfs->xOpen (real_vfs, name, self->real, flags, out_flags);
  if (result == SQLITE_OK)
    self->base.pMethods = &fault_methods;

  return result;
}

void
fault_vfs_install (void)
{
  real_vfs = sqlite3_vfs_find (NULL);
  fault_vfs = *real_vfs;
  fault_vfs.pNext = NULL;
  fault_vfs.zName = "valija-fault";
  fault_vfs.szOsFile = sizeof (FaultFile) + real_vfs->szOsFile;
  fault_vfs.xOpen = fault_open;
  sqlite3_vfs_register (&fault_vfs, 1);
}

void
fault_vfs_arm (Fault fault,
               guint n)
{
  armed_fault = fault;
  g_atomic_int_set (&hits, 0);
  g_atomic_int_set (&countdown, n);
}

gboolean
fault_vfs_hit (void)
{
  return g_atomic_int_get (&hits) > 0;
}
