"""What the log can tell of. A word that was ever written stays: old entries hold it."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Action(models.TextChoices):
    # The labels have a context, since a status may say the same in English and not in Chinese: 发布, 已发布.

    # The text of an item
    CREATED = "created", pgettext_lazy("action", "Created")
    SAVED = "saved", pgettext_lazy("action", "Saved")
    RESTORED_REVISION = "restored_revision", pgettext_lazy("action", "Restored an old revision")
    COMMENTED = "commented", pgettext_lazy("action", "Commented")
    NOTE_CHECKED = "note_checked", pgettext_lazy("action", "Checked a note")
    PREVIEW_SHARED = "preview_shared", pgettext_lazy("action", "Shared a preview")
    # Its review
    SUBMITTED = "submitted", pgettext_lazy("action", "Submitted for review")
    RECALLED = "recalled", pgettext_lazy("action", "Recalled from review")  # by its author
    SUPERSEDED = "superseded", pgettext_lazy("action", "Review ended by a new revision")
    PASSED = "passed", pgettext_lazy("action", "Passed")
    RETURNED = "returned", pgettext_lazy("action", "Returned")
    STOOD_IN = "stood_in", pgettext_lazy("action", "Named a stand-in")  # by an administrator
    # What readers see of it
    PUBLISHED_EARLY = "published_early", pgettext_lazy("action", "Published before review")  # the urgent lane
    PUBLISHED = "published", pgettext_lazy("action", "Published")
    DATED = "dated", pgettext_lazy("action", "Changed the date")
    PINNED = "pinned", pgettext_lazy("action", "Pinned")
    UNPINNED = "unpinned", pgettext_lazy("action", "Unpinned")
    EXPIRY_SET = "expiry_set", pgettext_lazy("action", "Set the end")
    REPEALED = "repealed", pgettext_lazy("action", "Repealed")
    WITHDRAWN = "withdrawn", pgettext_lazy("action", "Withdrawn")
    REINSTATED = "reinstated", pgettext_lazy("action", "Reinstated")
    CORRECTED = "corrected", pgettext_lazy("action", "Corrected")
    RELATED = "related", pgettext_lazy("action", "Related to another item")
    CHANGED_AT_ONCE = (
        "changed_at_once",
        pgettext_lazy("action", "Changed at once"),
    )  # facts that show without a publication
    QUESTION_ADDED = "question_added", pgettext_lazy("action", "Added a question")
    QUESTION_CHANGED = "question_changed", pgettext_lazy("action", "Changed a question")
    QUESTION_DELETED = "question_deleted", pgettext_lazy("action", "Deleted a question")
    TRASHED = "trashed", pgettext_lazy("action", "Moved to the trash")
    RESTORED = "restored", pgettext_lazy("action", "Restored from the trash")
    PURGED = "purged", pgettext_lazy("action", "Deleted for good")
    # Signing up for activities
    CALLED_OFF = "called_off", pgettext_lazy("action", "Called off")
    RESUMED = "resumed", pgettext_lazy("action", "Takes place after all")
    PLACES_RESERVED = "places_reserved", pgettext_lazy("action", "Reserved places")
    COPIED = "copied", pgettext_lazy("action", "Copied from another activity")
    REPORT_BEGUN = "report_begun", pgettext_lazy("action", "Began a report")
    SIGN_UP_ADDED = "sign_up_added", pgettext_lazy("action", "Signed a person up")
    SIGN_UPS_EXPORTED = "sign_ups_exported", pgettext_lazy("action", "Exported the sign-ups")
    SIGN_UP_APPROVED = "sign_up_approved", pgettext_lazy("action", "Accepted a sign-up")
    SIGN_UP_REFUSED = "sign_up_refused", pgettext_lazy("action", "Did not accept a sign-up")
    SIGN_UP_REMOVED = "sign_up_removed", pgettext_lazy("action", "Cancelled a sign-up")
    PERSONAL_DATA_PURGED = "personal_data_purged", pgettext_lazy("action", "Deleted personal data")
    # Membership of organisations
    APPLIED = "applied", pgettext_lazy("action", "Applied for membership")
    APPLICATION_CONFIRMED = "application_confirmed", pgettext_lazy("action", "Confirmed the address of an application")
    APPLICATION_PASSED = "application_passed", pgettext_lazy("action", "Passed a step of an application")
    APPLICATION_RETURNED = "application_returned", pgettext_lazy("action", "Returned an application")
    APPLICATION_REFUSED = "application_refused", pgettext_lazy("action", "Refused an application")
    APPLICATION_ACCEPTED = "application_accepted", pgettext_lazy("action", "Accepted an application")
    APPLICATION_WITHDRAWN = "application_withdrawn", pgettext_lazy("action", "Took back an application")
    RENEWAL_ASKED = "renewal_asked", pgettext_lazy("action", "Asked for renewal")
    RENEWED = "renewed", pgettext_lazy("action", "Renewed a membership")
    RENEWAL_REFUSED = "renewal_refused", pgettext_lazy("action", "Refused a renewal")
    PROFILE_CHANGED = "profile_changed", pgettext_lazy("action", "Changed a member's particulars")
    CHANGE_ASKED = "change_asked", pgettext_lazy("action", "Asked for a change of particulars")
    CHANGE_ACCEPTED = "change_accepted", pgettext_lazy("action", "Accepted a change of particulars")
    CHANGE_REFUSED = "change_refused", pgettext_lazy("action", "Refused a change of particulars")
    CHANGE_WITHDRAWN = "change_withdrawn", pgettext_lazy("action", "Took back a change of particulars")
    PERSON_INVITED = "person_invited", pgettext_lazy("action", "Invited a person of a member")
    SERVICE_BEGUN = "service_begun", pgettext_lazy("action", "Began to serve a member")
    SERVICE_ENDED = "service_ended", pgettext_lazy("action", "Ended a person's service of a member")
    ROLE_GIVEN = "role_given", pgettext_lazy("action", "Gave a person of a member another role")
    CHECKED_IN = "checked_in", pgettext_lazy("action", "Checked a person in")
    CHECK_IN_UNDONE = "check_in_undone", pgettext_lazy("action", "Undid a check-in")
    # Replies to notices
    REPLIED = "replied", pgettext_lazy("action", "Replied")
    REPLY_CHANGED = "reply_changed", pgettext_lazy("action", "Changed a reply")
    REPLIES_EXPORTED = "replies_exported", pgettext_lazy("action", "Exported the replies")
    # Everything else
    FILE_REPLACED = "file_replaced", pgettext_lazy("action", "Replaced a file")
    ADMIN_ADDED = "admin_added", pgettext_lazy("action", "Added in the administration")
    ADMIN_CHANGED = "admin_changed", pgettext_lazy("action", "Changed in the administration")
    ADMIN_DELETED = "admin_deleted", pgettext_lazy("action", "Deleted in the administration")
    SIGNED_IN = "signed_in", pgettext_lazy("action", "Signed in")
    SIGN_IN_FAILED = "sign_in_failed", pgettext_lazy("action", "Failed to sign in")
    SIGNED_OUT = "signed_out", pgettext_lazy("action", "Signed out")
    IMPORTED = "imported", pgettext_lazy("action", "Imported a table")
    IMPORT_UNDONE = "import_undone", pgettext_lazy("action", "Undid an import")
    INVITED = "invited", pgettext_lazy("action", "Sent invitations")
    ORGANISATIONS_EXPORTED = "organisations_exported", pgettext_lazy("action", "Exported organisations")
    EXPORTED = "exported", pgettext_lazy("action", "Exported the log")
