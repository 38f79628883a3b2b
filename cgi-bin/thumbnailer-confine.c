/*
 * thumbnailer-confine.c - what somebody could do who has taken over the decoder
 * of a picture: compute for a while, and draw another picture (security.md 24).
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if HAVE_SECCOMP
#include <seccomp.h>
#endif

#include "thumbnailer.h"

#define CPU_SECONDS	20
#define MEMORY_MAX	((rlim_t)1536 << 20)	/* libraries have 400 */
#define FILE_MAX	((rlim_t)64 << 20)
#define NICE		10	/* everybody else comes first */

/* AddressSanitizer reserves more of it than there is. */
#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN	1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN	1
#endif
#endif
#ifndef WITH_ASAN
#define WITH_ASAN	0
#endif

/* ------------------------------------------------------------------ limits */

static bool
limit(int what, rlim_t most)
{
	struct rlimit now;

	if (getrlimit(what, &now) == 0 && now.rlim_max < most)
		most = now.rlim_max;
	return setrlimit(what, &(struct rlimit){ most, most }) == 0;
}

static bool
set_limits(void)
{
	return limit(RLIMIT_CPU, CPU_SECONDS) && limit(RLIMIT_CORE, 0) &&
	    limit(RLIMIT_FSIZE, FILE_MAX) &&
	    (WITH_ASAN || limit(RLIMIT_AS, MEMORY_MAX));
}

/* ------------------------------------------------------------------ filter */

#if HAVE_SECCOMP

/* What takes no argument that could do harm. */
static const int harmless[] = {
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(write),
	SCMP_SYS(pwrite64), SCMP_SYS(writev), SCMP_SYS(lseek),
	SCMP_SYS(_llseek), SCMP_SYS(fstat), SCMP_SYS(fstat64), SCMP_SYS(close),
	SCMP_SYS(dup),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
	SCMP_SYS(futex), SCMP_SYS(futex_time64), SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64),
	SCMP_SYS(clock_getres), SCMP_SYS(clock_getres_time64),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_nanosleep_time64),
	SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(getrusage), SCMP_SYS(getcpu), SCMP_SYS(uname)
};

static bool
allow_memory(scmp_filter_ctx filter, int call)
{
	/* Nothing that is written becomes code. */
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

static bool
allow(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, harmless[i], 0) !=
		    0)
			return false;
	/* A thread, and no process: of clone3(2) a filter cannot tell. */
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
	    SCMP_SYS(clone3), 0) == 0 &&
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) == 0 &&
	    /* Signals for itself: abort(3). */
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0)) == 0 &&
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
	    SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0)) == 0 &&
	    allow_memory(filter, SCMP_SYS(mmap)) &&
	    allow_memory(filter, SCMP_SYS(mmap2)) &&
	    allow_memory(filter, SCMP_SYS(mprotect));
}

/* Whatever else is asked for fails, and the asker may go on without. */
static void
set_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));

	if (filter == NULL)
		return;
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	/* A kernel without this goes on with the limits. */
	if (allow(filter))
		seccomp_load(filter);
	seccomp_release(filter);
}

#else

static void
set_filter(void)
{
}

#endif

bool
decoder_confine(void)
{
	/* Of each thread's own heap so much address space is reserved. */
	mallopt(M_ARENA_MAX, 1);
	setpriority(PRIO_PROCESS, 0, NICE);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!set_limits())
		return false;
	set_filter();
	return true;
}
