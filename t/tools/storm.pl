#!/usr/bin/perl
# storm.pl - many clients send messages at once, several of them each the very
# same one.
#
# usage: storm.pl HOST:PORT TOKEN ROOM CLIENTS TIMES MESSAGES [retry]
#
# CLIENTS connections stand in groups of TIMES; those of a group use the same
# transaction ids, so that each of MESSAGES is asked for TIMES times at once.
# With retry, an answer that is no answer (a broken connection, 502, 503) is
# asked for again until there is one.  Prints a line for each answer, "STATUS
# TXNID EVENTID" or "STATUS TXNID ERRCODE", and at last "slowest MS".
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);

my ($server, $token, $room, $clients, $times, $messages, $retry) = @ARGV;
$SIG{PIPE} = 'IGNORE';
$| = 1;
my $select = IO::Select->new;
my (%client, $slowest);
$slowest = 0;

sub dial {
	my ($c) = @_;
	my $s;
	for (1 .. 200) {
		$s = IO::Socket::INET->new(PeerAddr => $server) and last;
		select undef, undef, undef, 0.05;
	}
	$s or die "cannot connect to $server: $!";
	@$c{qw(socket in)} = ($s, '');
	$client{$s} = $c;
	$select->add($s);
}

sub hang_up {
	my ($c) = @_;
	$select->remove($c->{socket});
	delete $client{$c->{socket}};
	close $c->{socket};
}

sub ask {
	my ($c) = @_;
	my $txn = "g$c->{group}.$c->{next}";
	my $body = qq({"msgtype":"m.text","body":"$txn"});
	$c->{asked} = time;
	syswrite $c->{socket}, join "\r\n",
	    "PUT /_matrix/client/v3/rooms/$room/send/m.room.message/$txn HTTP/1.1",
	    'Host: localhost', "Authorization: Bearer $token",
	    'Content-Type: application/json',
	    'Content-Length: ' . length $body, '', $body;
}

# An answer has come, or the connection broke (status 0).
sub answered {
	my ($c, $status, $body) = @_;
	my $ms = (time - $c->{asked}) * 1000;
	$slowest = $ms if $ms > $slowest && $status == 200;
	if ($retry && ($status == 0 || $status >= 500)) {
		if ($status == 0) {
			hang_up($c);
			dial($c);
		}
		select undef, undef, undef, 0.002;
		ask($c);
		return;
	}
	my ($told) = $body =~ /"(?:event_id|errcode)":"([^"]+)"/;
	printf "%d g%d.%d %s\n", $status, $c->{group}, $c->{next}, $told // '-';
	if ($status == 0 || ++$c->{next} == $messages) {
		hang_up($c);
	} else {
		ask($c);
	}
}

sub readable {
	my ($c) = @_;
	my $n = sysread $c->{socket}, $c->{in}, 65536, length $c->{in};
	return answered($c, 0, '') unless $n;
	return unless $c->{in} =~ /\A(.*?\r\n)\r\n/s;
	my ($head, $at) = ($1, length($1) + 2);
	my ($len) = $head =~ /^content-length: *(\d+)/im;
	return if length($c->{in}) < $at + ($len // 0);
	my ($status) = $head =~ /\AHTTP\S+ (\d+)/;
	my $body = substr $c->{in}, $at, $len // 0;
	$c->{in} = '';
	if ($head =~ /^connection: *close/im) {
		hang_up($c);
		dial($c);
	}
	answered($c, $status, $body);
}

for my $i (0 .. $clients - 1) {
	my $c = { group => int($i / $times), next => 0 };
	dial($c);
}
ask($_) for values %client;
while (%client) {
	my @ready = $select->can_read(60) or die "no answer for a minute\n";
	readable($client{$_}) for grep { $client{$_} } @ready;
}
printf "slowest %.0f\n", $slowest;
