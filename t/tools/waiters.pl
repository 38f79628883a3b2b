#!/usr/bin/perl
# waiters.pl - many clients that wait for news with sync, and ask again whatever
# becomes of the server.
#
# usage: waiters.pl HOST:PORT TOKEN SINCE CLIENTS LAST
#
# Each follows from SINCE until it has heard of the message LAST.  A broken
# connection or an answer other than 200 is no answer: it asks again from where
# it was.  At the end there is a line for each sequence of messages that a
# client heard, "CLIENTS MESSAGE MESSAGE...", and one "again TIMES".
use strict;
use warnings;
use IO::Poll qw(POLLIN POLLHUP POLLERR);
use IO::Socket::INET;
use Time::HiRes qw(time);

my ($server, $token, $since, $clients, $end) = @ARGV;
my ($open, $again, $poll) = ($clients, 0, IO::Poll->new);
my %client;
$SIG{PIPE} = 'IGNORE';

sub ask {
	my ($c) = @_;
	my $s;
	for (1 .. 400) {
		$s = IO::Socket::INET->new(PeerAddr => $server) and last;
		select undef, undef, undef, 0.05;
	}
	$s or die "cannot connect to $server: $!";
	@$c{qw(socket in)} = ($s, '');
	$client{$s} = $c;
	$poll->mask($s => POLLIN);
	syswrite $s, join "\r\n",
	    "GET /_matrix/client/v3/sync?timeout=170000&since=$c->{since} " .
	    'HTTP/1.0', "Authorization: Bearer $token", '', '';
}

# An answer ends with its connection.
sub take {
	my ($c) = @_;
	my ($head, $body) = split /\r\n\r\n/, $c->{in}, 2;
	if (($head // '') !~ m{^HTTP/1\.\d 200 } ||
	    $body !~ /"next_batch":"([^"]*)"/) {
		$again++;
		# The successor has to begin first.
		$c->{later} = time + 0.1;
		return;
	}
	$c->{since} = $1;
	push @{$c->{heard}}, $body =~ /"body":"([^"]*)"/g;
	if (grep { $_ eq $end } @{$c->{heard}}) {
		$open--;
	} else {
		$c->{later} = 0;
	}
}

my @all = map { { since => $since, heard => [], later => 0 } } 1 .. $clients;
while ($open > 0) {
	for my $c (grep { defined $_->{later} && $_->{later} <= time } @all) {
		delete $c->{later};
		ask($c);
	}
	$poll->poll(0.1);
	for my $s ($poll->handles(POLLIN | POLLHUP | POLLERR)) {
		my $c = $client{$s};
		next if sysread $s, $c->{in}, 65536, length $c->{in};
		$poll->remove($s);
		delete $client{$s};
		close $s;
		take($c);
	}
}
my %heard;
$heard{join ' ', @{$_->{heard}}}++ for @all;
print map { "$heard{$_} $_\n" } sort keys %heard;
print "again $again\n";
