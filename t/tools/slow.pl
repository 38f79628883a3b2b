#!/usr/bin/perl
# slow.pl - clients of a resident program that do not take their answers.
#
# usage: slow.pl SOCKET TOKEN PATH CLIENTS OUT
#
# Each asks for PATH and reads no more than the beginning of its answer; a line
# with the statuses says that all have it.  Then it does what stdin says:
#
#	read	all read to the end; a line says how many answers were whole,
#		and one of them is in OUT
#	wait	for the program to close the connections of those who have a
#		long answer; a line says how many it closed
use strict;
use warnings;
use IO::Poll qw(POLLHUP POLLERR);
use IO::Socket::UNIX;

my ($path_of_socket, $token, $path, $clients, $out) = @ARGV;
$SIG{PIPE} = 'IGNORE';
$SIG{ALRM} = sub { print "nothing happens\n"; exit 1 };
$| = 1;

sub record { pack('CCnnCx', 1, $_[0], 1, length $_[1], 0) . $_[1] }
sub pair { join '', map({ pack 'N', length($_) | 0x80000000 } @_), @_ }

my %params = (REQUEST_METHOD => 'GET', REQUEST_URI => $path,
    REMOTE_ADDR => '127.0.0.1', HTTP_AUTHORIZATION => "Bearer $token");
my $request = record(1, pack 'nCx5', 1, 0) .
    record(4, join '', map { pair($_, $params{$_}) } sort keys %params) .
    record(4, '') . record(5, '');

my @all;
for (1 .. $clients) {
	my $socket = IO::Socket::UNIX->new(Peer => $path_of_socket) or die $!;
	syswrite $socket, $request;
	push @all, { socket => $socket };
}
alarm 50;
for my $c (@all) {
	sysread $c->{socket}, $c->{in}, 64;
	($c->{status}) = $c->{in} =~ /Status: (\d+)/;
}
print join(' ', sort map { $_->{status} // 'none' } @all), "\n";

# The text of all records of the answer; undef: its end is not there.
sub text_of {
	my ($in) = @_;
	my ($at, $text) = (0, '');
	while (length($in) - $at >= 8) {
		my (undef, $type, undef, $n, $padding) =
		    unpack 'CCnnC', substr $in, $at, 8;
		return $text if $type == 3;
		$text .= substr $in, $at + 8, $n;
		$at += 8 + $n + $padding;
	}
	return;
}

sub read_all {
	my $whole = 0;
	for my $c (@all) {
		1 while sysread $c->{socket}, $c->{in}, 1 << 16,
		    length $c->{in};
		my $text = text_of($c->{in}) // next;
		$whole++;
		next if $c->{status} != 200;
		open my $f, '>', $out or die $!;
		print $f $text =~ s/^.*?\r\n\r\n//sr;
		close $f;
	}
	print "$whole\n";
}

sub wait_for_all {
	my $poll = IO::Poll->new;
	my $closed = 0;
	for my $c (grep { $_->{status} == 200 } @all) {
		$poll->mask($c->{socket} => POLLHUP);
		1 until $poll->poll(1) > 0;
		$poll->remove($c->{socket});
		$closed++;
	}
	print "$closed\n";
}

my $what = <STDIN> // '';
read_all() if $what eq "read\n";
wait_for_all() if $what eq "wait\n";
