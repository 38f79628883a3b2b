/* clock.h - what time it is. */
#ifndef MXCGI_CLOCK_H
#define MXCGI_CLOCK_H

#include <stdint.h>

int64_t	clock_now_ms(void);	/* ms since 1970; may jump */
int64_t	clock_mono_us(void);	/* us since some start; never goes back */

#endif
