#!/usr/bin/perl
# kill.pl - run a program and kill it (-9) at some moment.
#
# usage: kill.pl FILE PROGRAM ARGUMENT...
#
# FILE remembers how long such programs live, so that about every other one is
# killed, however fast the machine is: a line "MICROSECONDS KILLED ENDED".
use strict;
use warnings;
use Time::HiRes qw(usleep);

my ($file, @command) = @ARGV;
my ($us, $killed, $ended) = (20000, 0, 0);
if (open my $in, '<', $file) {
	($us, $killed, $ended) = split ' ', <$in>;
}
my $over = 0;
$SIG{CHLD} = sub { $over = 1 };
my $pid = fork // die "cannot fork: $!";
if ($pid == 0) {
	exec @command or die "cannot run $command[0]: $!";
}
usleep(rand 2 * $us) unless $over;
kill 'KILL', $pid;
waitpid $pid, 0;
if ($? == 9) {
	$killed++;
	$us *= 1.1;
} else {
	$ended++;
	$us /= 1.1;
}
open my $out, '>', $file or die "$file: $!";
print $out "$us $killed $ended\n";
