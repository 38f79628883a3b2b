/* events-doctor.h - who waits for `mxcgi doctor` (events.c). */
#ifndef MXCGI_EVENTS_DOCTOR_H
#define MXCGI_EVENTS_DOCTOR_H

#include "serve/serve.h"

/* The resume of struct waits for that endpoint. */
enum mx_err	doctor_resume(struct request *);

#endif
