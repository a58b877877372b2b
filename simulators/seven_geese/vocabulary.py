"""Words the simulated people use."""

from __future__ import annotations

# fmt: off
FIRST = (
    "Ada", "Bo", "Carmen", "Dai", "Eli", "Fatima", "Goran", "Hana", "Ivo", "Jun", "Kofi", "Lena", "Mateo", "Nia",
    "Omar", "Priya", "Quinn", "Rosa", "Sven", "Tara", "Uma", "Viktor", "Wren", "Ximena", "Yusuf", "Zoë",
)
LAST = (
    "Ng", "Ruiz", "Adeyemi", "Berg", "Castro", "Dubois", "Eriksen", "Fontaine", "Goldberg", "Haddad", "Ito",
    "Jansen", "Kowalski", "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Quispe", "Rossi", "Sato", "Tanaka",
    "Ueda", "Vega", "Weiss", "Xu", "Yılmaz", "Ziegler",
)
# fmt: on
POSITIONS = ("Designer", "Developer", "Recruiter", "Account Executive", "Analyst", "Support Specialist")
DEPARTMENTS = ("Engineering", "Mobile", "Platform", "Sales", "People", "Support", "Finance", "Marketing")
CITIES = ("Vancouver", "Toronto", "Remote")
LABELS = (("focus", "#e63946"), ("growth", "#2a9d8f"), ("carry-over", "#264653"))
BADGES = ("Team Player", "Above and Beyond", "Problem Solver", "Customer Hero", "Mentor")
GOALS = (
    "Cut onboarding time",
    "Raise the renewal rate",
    "Ship the new mobile app",
    "Answer tickets within a day",
    "Hire five engineers",
    "Lower hosting cost",
    "Publish a customer story every month",
)
RESULTS = (
    "Median days to first commit",
    "Renewals signed",
    "Open bugs",
    "Answers within a day",
    "Offers accepted",
    "Monthly bill",
)
CHECKINS = (
    "On it, first numbers next week",
    "Blocked by legal, <b>escalated</b>",
    "Good progress 🎉",
    "Nothing new — holidays",
    "Target moved; see the notes",
)
THANKS = (
    "Great demo 🚀",
    "Thank you for staying late",
    "You made the launch happen",
    "Best customer call of the year 😀",
    'You wrote "the" guide, it\'s excellent',
)
QUESTIONS = (
    "What went well?",
    "What is in your way?",
    "How can I help?",
    "What will you do next?",
)
NOTES = (
    "Shipped the import on time",
    "Waiting for the security review",
    "More time for writing, please",
    "<p>Pair with <i>Bo</i> on the migration</p>",
    "👍",
)
PRAISE = (
    "<p>Shipped v2</p>",
    "Communicates early and clearly",
    "Could delegate more\nand worry less",
    "Élève le niveau de l'équipe 💪",
    "<ul><li>reliable</li><li>curious</li></ul>",
)
TASKS = ("Write the brief", "Book the room", "Send the numbers", "Call the customer", "Review the draft")
CYCLES = ("Annual review", "Mid-year review", "Quarterly review")
OPTIONS = ("Needs work", "Meets", "Exceeds")
