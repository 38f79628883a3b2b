/*
 * invitation.h - invitations that whom they are for does not want
 * (client-server API, "Invite permission" and "Ignoring users").
 */
#ifndef MXCGI_INVITATION_H
#define MXCGI_INVITATION_H

#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"

/* Does a user of ours let nobody invite them (m.invite_permission_config)? */
bool	invitations_blocked(struct db *, int64_t user);
/*
 * Is an invitation by that sender kept from the user's clients?  So it is
 * where all are blocked, or the sender is one whom they ignore
 * (m.ignored_user_list).
 */
bool	invitation_hidden(struct db *, int64_t user, const char *sender_id);

#endif
