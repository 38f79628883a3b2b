/*
 * confine-calls.c - system calls, by a filter of seccomp(2).
 *
 * libseccomp takes a millisecond to make one of this size, which is too much for
 * a CGI; this takes a fraction of that.  The calls that are allowed stand in
 * calls.tab.  In order of their numbers they are ranges, and the filter looks for
 * the range of a call as one looks up a word.
 */
#ifdef __linux__

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/confine-inner.h"

/* One like us; what came before the table of calls in the kernel is of no use. */
#if defined(__x86_64__) && !defined(__ILP32__)
#define MACHINE		AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define MACHINE		AUDIT_ARCH_AARCH64
#elif defined(__arm__) && defined(__ARMEL__)
#define MACHINE		AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE		AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define MACHINE		AUDIT_ARCH_PPC64LE
#endif

enum calls { CALLS_ALWAYS, CALLS_OUTSIDE, CALLS_THUMBNAILER, CALLS_SANITIZERS };
struct call {
	int		 number;
	enum calls	 class;
};
#include "calls.h"
#define CALLS		(sizeof(calls) / sizeof(calls[0]))

/* What becomes of a call, by its arguments where there are several answers. */
enum verdict {
	REFUSED, UNKNOWN, ALLOWED, CLONE, SOCKET, MEMORY, SIGNAL, SELF_FIRST,
	SELF_SECOND
};

/* All calls from this number on, up to the next. */
struct edge {
	int		 from;
	enum verdict	 verdict;
};
struct edges {
	struct edge	 list[2 * CALLS + 2];
	size_t		 n;
};

#define CODE_MAX	1024
struct filter {
	struct sock_filter code[CODE_MAX];
	size_t		 n;
	unsigned	 reach;
};

/* ------------------------------------------------------------- the calls */

static bool
may(enum calls class, unsigned reach)
{
	switch (class) {
	case CALLS_ALWAYS: return true;
	case CALLS_OUTSIDE: return reach & REACH_OUTSIDE || WITH_SANITIZERS;
	case CALLS_THUMBNAILER:
		return reach & REACH_THUMBNAILER || WITH_SANITIZERS;
	case CALLS_SANITIZERS: return WITH_SANITIZERS;
	}
	return false;
}

static enum verdict
verdict_of(const struct call *call, unsigned reach)
{
	if (!may(call->class, reach))
		return REFUSED;
	switch (call->number) {
	case __NR_clone: return CLONE;
	case __NR_socket: return SOCKET;
	case __NR_tgkill: return SIGNAL;
	case __NR_prlimit64: return SELF_FIRST;
	case __NR_setpriority: return SELF_SECOND;
	case __NR_mprotect:
#ifdef __NR_mmap2
	case __NR_mmap2:
#else
	case __NR_mmap:
#endif
		return MEMORY;
	default: return ALLOWED;
	}
}

static int
by_number(const void *a, const void *b)
{
	const struct call *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* Neighbours that are judged alike are one range. */
static void
add_edge(struct edges *e, int from, enum verdict verdict)
{
	if (e->n > 0 && e->list[e->n - 1].from == from)
		e->n--;
	if (e->n == 0 || e->list[e->n - 1].verdict != verdict)
		e->list[e->n++] = (struct edge){ from, verdict };
}

static void
find_edges(struct edges *e, unsigned reach)
{
	struct call sorted[CALLS];

	for (size_t i = 0; i < CALLS; i++)
		sorted[i] = calls[i];
	qsort(sorted, CALLS, sizeof(sorted[0]), by_number);
	add_edge(e, 0, REFUSED);
	for (size_t i = 0; i < CALLS; i++) {
		add_edge(e, sorted[i].number, verdict_of(&sorted[i], reach));
		add_edge(e, sorted[i].number + 1, REFUSED);
	}
	/* Of those above nothing is known. */
	add_edge(e, sorted[CALLS - 1].number + 1, UNKNOWN);
}

/* ------------------------------------------------------------ the filter */

static void
emit(struct filter *f, unsigned code, unsigned k, unsigned yes, unsigned no)
{
	if (f->n == CODE_MAX || yes > 255 || no > 255)
		abort();
	f->code[f->n++] = (struct sock_filter){ (unsigned short)code,
	    (unsigned char)yes, (unsigned char)no, k };
}

static void
load(struct filter *f, size_t at)
{
	emit(f, BPF_LD | BPF_W | BPF_ABS, (unsigned)at, 0, 0);
}

/* The lower half of an argument: what is looked at here is an int. */
static void
load_argument(struct filter *f, unsigned i)
{
	bool big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

	load(f, offsetof(struct seccomp_data, args) + 8 * i + (big ? 4 : 0));
}

static void
allow(struct filter *f)
{
	emit(f, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

static void
refuse(struct filter *f, int error)
{
	emit(f, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error, 0, 0);
}

static void
allow_if_equal(struct filter *f, unsigned k)
{
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, k, 0, 1);
	allow(f);
}

static void
allow_without(struct filter *f, unsigned argument, unsigned bits)
{
	load_argument(f, argument);
	emit(f, BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0);
	allow(f);
	refuse(f, EPERM);
}

/* Threads; processes only by who starts some, and worlds of their own never. */
static void
judge_clone(struct filter *f)
{
	if (may(CALLS_THUMBNAILER, f->reach)) {
		allow_without(f, 0, CLONE_NEWNS | CLONE_NEWCGROUP |
		    CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
		    CLONE_NEWPID | CLONE_NEWNET);
		return;
	}
	load_argument(f, 0);
	emit(f, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1);
	allow(f);
	refuse(f, EPERM);
}

/* Doorbells are rung by datagrams; the C library asks for routes by netlink. */
static void
judge_socket(struct filter *f)
{
	load_argument(f, 0);
	if (may(CALLS_OUTSIDE, f->reach)) {
		allow_if_equal(f, AF_UNIX);
		allow_if_equal(f, AF_INET);
		allow_if_equal(f, AF_INET6);
		load_argument(f, 2);
		emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3);
		load_argument(f, 0);
		allow_if_equal(f, AF_NETLINK);
	} else {
		emit(f, BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 4);
		load_argument(f, 1);
		emit(f, BPF_ALU | BPF_AND | BPF_K,
		    ~(unsigned)(SOCK_CLOEXEC | SOCK_NONBLOCK), 0, 0);
		allow_if_equal(f, SOCK_DGRAM);
	}
	refuse(f, EPERM);
}

/* Nothing becomes code but the libraries that some load. */
static void
judge_memory(struct filter *f)
{
	if (may(CALLS_OUTSIDE, f->reach))
		allow(f);
	else
		allow_without(f, 2, PROT_EXEC);
}

/*
 * To its own threads: abort(3).  The thumbnailer has another number.  What musl
 * takes for that, tkill(2), does not say whose thread it is, so it is no call of
 * ours: there abort(3) ends by the fault that it makes next.
 */
static void
judge_signal(struct filter *f)
{
	if (may(CALLS_THUMBNAILER, f->reach)) {
		allow(f);
		return;
	}
	load_argument(f, 0);
	allow_if_equal(f, (unsigned)getpid());
	refuse(f, EPERM);
}

/* Limits and priorities of others end them, too; who one is oneself is 0. */
static void
judge_self(struct filter *f, unsigned argument)
{
	load_argument(f, argument);
	allow_if_equal(f, 0);
	refuse(f, EPERM);
}

static void
judge(struct filter *f, enum verdict verdict)
{
	switch (verdict) {
	case REFUSED: refuse(f, EPERM); break;
	case UNKNOWN: refuse(f, ENOSYS); break;
	case ALLOWED: allow(f); break;
	case CLONE: judge_clone(f); break;
	case SOCKET: judge_socket(f); break;
	case MEMORY: judge_memory(f); break;
	case SIGNAL: judge_signal(f); break;
	case SELF_FIRST: judge_self(f, 0); break;
	case SELF_SECOND: judge_self(f, 1); break;
	}
}

/* Between which two is it? */
static void
search(struct filter *f, const struct edge *edges, size_t n)
{
	size_t half = n / 2, at = f->n;

	if (n == 1) {
		judge(f, edges->verdict);
		return;
	}
	emit(f, BPF_JMP | BPF_JGE | BPF_K, (unsigned)edges[half].from, 0, 0);
	search(f, edges, half);
	if (f->n - at - 1 > 255)
		abort();
	f->code[at].jt = (unsigned char)(f->n - at - 1);
	search(f, edges + half, n - half);
}

#ifdef MACHINE

void
confine_calls(unsigned reach)
{
	struct filter f = { .reach = reach };
	struct edges edges = { .n = 0 };
	struct sock_fprog program;

	find_edges(&edges, reach);
	load(&f, offsetof(struct seccomp_data, arch));
	emit(&f, BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0);
	refuse(&f, EPERM);
	load(&f, offsetof(struct seccomp_data, nr));
#ifdef __NR_clone3
	/* A filter does not see its flags; the C library then takes clone(2). */
	emit(&f, BPF_JMP | BPF_JEQ | BPF_K, __NR_clone3, 0, 1);
	refuse(&f, ENOSYS);
#endif
	search(&f, edges.list, edges.n);
	program = (struct sock_fprog){ (unsigned short)f.n, f.code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

#else

void
confine_calls(unsigned reach)
{
	(void)reach;
	(void)find_edges;
	(void)search;
}

#endif
#endif
