#!/usr/bin/perl
# terminal.pl [PROMPT ANSWER]... -- COMMAND...
#
# Runs COMMAND on a terminal of its own, types each ANSWER when its PROMPT has
# appeared, and writes all that the terminal showed.  An ANSWER ^C or ^D is the key.
# Exits as COMMAND does; 99 when that takes longer than a minute.
use strict;
use warnings;
use POSIX ();

# As Linux has them on most machines.
use constant { TIOCSPTLCK => 0x40045431, TIOCGPTN => 0x80045430,
    TIOCSCTTY => 0x540e };

my @talk;
push @talk, shift @ARGV while @ARGV && $ARGV[0] ne '--';
shift @ARGV;

open(my $keys, '+<', '/dev/ptmx') or die "ptmx: $!\n";
my $nr = pack('i', 0);
ioctl($keys, TIOCSPTLCK, $nr) or die "unlock: $!\n";
ioctl($keys, TIOCGPTN, $nr) or die "number: $!\n";
my $name = '/dev/pts/' . unpack('i', $nr);

my $pid = fork() // die "fork: $!\n";
if ($pid == 0) {
	POSIX::setsid();
	open(my $terminal, '+<', $name) or die "$name: $!\n";
	ioctl($terminal, TIOCSCTTY, 0) or die "terminal: $!\n";
	POSIX::dup2(fileno($terminal), $_) for 0 .. 2;
	close($keys);
	# As after a login, whoever started us ignores what.
	$SIG{$_} = 'DEFAULT' for qw(INT QUIT HUP TERM TSTP);
	exec(@ARGV) or die "$ARGV[0]: $!\n";
}

my ($shown, $seen) = ('', 0);
$SIG{ALRM} = sub { print $shown; kill('KILL', $pid); POSIX::_exit(99) };
alarm(60);
while (sysread($keys, my $piece, 4096)) {
	$shown .= $piece;
	while (@talk && (my $at = index($shown, $talk[0], $seen)) >= 0) {
		$seen = $at + length($talk[0]);
		shift @talk;
		my $answer = shift @talk;
		syswrite($keys, $answer =~ /^\^([CD])$/ ? chr(ord($1) & 31) :
		    "$answer\n");
	}
}
waitpid($pid, 0);
print $shown;
exit($? & 127 ? 128 + ($? & 127) : $? >> 8);
